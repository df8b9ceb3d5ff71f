// The desks by keyboard (键盘操作): every page works without this file; with it, without the mouse.
"use strict";
(() => {
  const $ = (query, from = document) => from.querySelector(query);
  const $$ = (query, from = document) => [...from.querySelectorAll(query)];
  const typing = (e) => e.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select");
  const token = () => $("[name=csrfmiddlewaretoken]")?.value || "";
  const later = (f, ms) => { let t; return (...a) => { clearTimeout(t); t = setTimeout(() => f(...a), ms); }; };

  document.documentElement.classList.add("scripted");

  const rows = () => $$("[data-rows] tbody tr");
  let at = rows().findIndex((r) => r.getAttribute("aria-selected"));
  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    all[at]?.classList.remove("at");
    at = Math.max(0, Math.min(all.length - 1, at + step));
    all[at].classList.add("at");
    all[at].scrollIntoView({ block: "nearest" });
    $("a", all[at])?.focus({ preventScroll: true });
  };

  const press = (key) => {
    const found = $$(`[data-key="${CSS.escape(key)}"]`).find((e) => (e.checkVisibility ? e.checkVisibility() : e.offsetParent));
    if (!found) return false;
    if (found.matches("summary")) {
      const box = found.parentElement;
      box.open = true;
      $("textarea, input:not([type=hidden]), select, button", box).focus();
      box.scrollIntoView({ block: "nearest" });
    } else found.click();
    return true;
  };

  const answer = (digit) => {
    const open = $$("[data-questions] .question").filter((q) => q.parentElement.matches("form")).find((q) => !$(":checked", q));
    const found = open && $(`[data-digit="${digit}"]`, open);
    if (!found) return false;
    found.checked = true;
    mark();
    return true;
  };
  const mark = () => {
    const all = $$("[data-questions] > .question");
    const now = all.find((q) => !$(":checked", q));
    all.forEach((q) => q.classList.toggle("now", q === now));
    (now || $("[data-questions] [name=outcome]"))?.scrollIntoView({ block: "nearest" });
  };
  $("[data-questions]")?.addEventListener("change", mark);
  if ($("[data-questions]")) mark();

  document.addEventListener("keydown", (e) => {
    if (e.isComposing) return;
    const form = e.target.closest("form");
    if ((e.ctrlKey || e.metaKey) && e.key === "Enter" && (form || $("[data-questions]"))) {
      e.preventDefault();
      const sent = form && form.method === "post" && !form.closest(".top") ? form : $("[data-questions]");
      const button = sent && $("button.first, button:not([type=button])", sent);
      if (button) sent.requestSubmit(button);
      return;
    }
    if (/^F\d+$/.test(e.key)) { if (press(e.key)) e.preventDefault(); return; }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (typing(e)) { if (e.key === "Escape") e.target.blur(); return; }
    const key = e.key.length === 1 ? e.key.toUpperCase() : e.key;
    if (e.key === "/") $("#q")?.focus();
    else if (e.key === "?") $("#keys")?.showModal();
    else if (e.key === "j") go(1);
    else if (e.key === "k") go(-1);
    else if (key === "O" && rows()[at] && !$(".drawer")) location.href = rows()[at].dataset.page;
    else if (/^[1-5]$/.test(key) && answer(key)) { /* answered */ }
    else if (!press(key)) return;
    e.preventDefault();
  });

  document.addEventListener("click", (e) => {
    const fill = e.target.closest("[data-fill]");
    if (fill) {
      const text = document.getElementById(fill.dataset.fill);
      text.closest("details").open = true;
      text.value = fill.dataset.text;
      document.getElementById(fill.dataset.also).value = fill.dataset.reference;
      text.focus();
    }
    const take = e.target.closest("[data-take]");
    if (!take) return;
    const field = document.getElementById(take.dataset.take);
    if (!field) return;
    field.value = take.dataset.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

  const offer = later(async (field) => {
    const answer = await fetch(`/staff/names/${field.dataset.list}?q=${encodeURIComponent(field.value)}`);
    if (!answer.ok) return;
    const list = document.getElementById(`list-${field.dataset.list}`);
    list.replaceChildren(...(await answer.json()).map((name) => Object.assign(document.createElement("option"), { value: name })));
  }, 120);
  for (const field of $$("[data-list]")) {
    const id = `list-${field.dataset.list}`;
    if (!document.getElementById(id)) document.body.append(Object.assign(document.createElement("datalist"), { id }));
    field.setAttribute("list", id);
    field.addEventListener("input", () => { if (!field.value.endsWith("]")) offer(field); });
    field.addEventListener("focus", () => offer(field));
  }

  for (const form of $$("[data-draft]")) {
    const note = $("[data-kept]");
    let sent = false, changed = false;
    const data = () => { const d = new FormData(form); d.set("draft", form.dataset.draft); return d; };
    const keep = async () => {
      if (sent || !changed) return;
      changed = false;
      try {
        const answer = await fetch(form.dataset.draftTo, { method: "POST", body: data(), headers: { "X-CSRFToken": token() } });
        const kept = await answer.json();
        if (note && kept.kept) note.textContent = note.dataset.word ? `${note.dataset.word} ${kept.at}` : kept.at;
      } catch { changed = true; }
    };
    setInterval(keep, 1000);
    const beside = later(async () => {
      const into = document.getElementById(form.dataset.besideInto);
      const answer = await fetch(form.dataset.beside, { method: "POST", body: data(), headers: { "X-CSRFToken": token() } });
      if (!answer.ok) return;
      into.innerHTML = await answer.text();
      for (const box of $$("[data-for]", into)) {
        const field = document.getElementById(box.dataset.for), slot = document.getElementById(`${box.dataset.for}-slot`);
        if (slot) slot.replaceChildren(...($("[data-take]", box)?.dataset.value === field.value ? [] : box.childNodes));
      }
    }, 350);
    form.addEventListener("input", () => { changed = true; if (form.dataset.beside) beside(); });
    form.addEventListener("submit", () => { sent = true; });
  }
})();
