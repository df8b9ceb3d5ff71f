// A receipt is checked here, on the reader's own device (核对回执): its signature, the log's head, every leaf's proof, and
// what each leaf says. Forms: account/receipts/promise.py and course.py; C2SP tlog-proof, tlog-checkpoint; RFC 9162.
const $ = (query) => document.querySelector(query);
const known = JSON.parse($("#known").textContent);
const EPOCH = Date.UTC(1970, 0, 1);
const bytes = (...parts) => {
  const all = parts.map((p) => (typeof p === "string" ? new TextEncoder().encode(p) : p));
  const out = new Uint8Array(all.reduce((n, p) => n + p.length, 0));
  all.reduce((at, p) => (out.set(p, at), at + p.length), 0);
  return out;
};
const from64 = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const to64 = (b) => btoa(String.fromCharCode(...b));
const hex = (b) => [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (x) => parseInt(x, 16));
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const number = (b) => b.reduce((n, x) => n * 256 + x, 0);
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(...parts)));

async function verifies(publicKey, signature, message) {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, message);
  } catch (error) {
    if (error.name !== "NotSupportedError") return false;
    const ed = await import("./vendor/noble/index.js");
    return ed.verifyAsync(signature, message, publicKey).catch(() => false);
  }
}

function vkey(written) {
  const [name, id, material] = [written.slice(0, written.indexOf("+")), ...written.slice(written.indexOf("+") + 1).split(/\+(.*)/s)];
  return { name, id: unhex(id), key: from64(material).slice(1) };
}

export function readReceipt(written) {
  const found = /^1\.([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(written.trim().split("#").pop());
  if (!found) return null;
  const [key, packed, signature] = found.slice(1).map(from64);
  if (key.length !== 32 || packed[0] !== 1 || packed.length < 45) return null;
  const at = number(packed.slice(2, 7)) * 1000;
  return {
    key, packed, signature, at, until: at + packed[1] * 60000, number: number(packed.slice(7, 12)),
    commitment: packed.slice(12, 44), channel: new TextDecoder().decode(packed.slice(44)), fragment: found[0],
  };
}

async function head(note) {
  const split = note.lastIndexOf("\n\n");
  const text = note.slice(0, split + 1);
  const [origin, size, root] = text.split("\n");
  const log = vkey(known.log);
  if (origin !== known.origin) return null;
  for (const line of note.slice(split + 2).split("\n")) {
    const [dash, name, signed] = line.split(" ");
    if (dash !== "—" || name !== log.name) continue;
    const signature = from64(signed);
    if (same(signature.slice(0, 4), log.id) && (await verifies(log.key, signature.slice(4), bytes(text))))
      return { size: Number(size), root: from64(root) };
  }
  return null;
}

// RFC 9162 §2.1.3.2, with division in place of shifts: sizes pass 2³¹.
async function leads(leaf, index, size, path, root) {
  if (index >= size) return false;
  let [fn, sn, r] = [index, size - 1, await sha256([0], leaf)];
  for (const p of path) {
    if (sn === 0) return false;
    if (fn % 2 || fn === sn) {
      r = await sha256([1], p, r);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else r = await sha256([1], r, p);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && same(r, root);
}

const canonical = (fields) => "{" + Object.keys(fields).sort().map((k) => JSON.stringify(k) + ":" + JSON.stringify(fields[k])).join(",") + "}";

async function opened(receipt, sealed) {
  const tag = (await sha256("vs1/tag", receipt.key)).slice(0, 16);
  const key = await crypto.subtle.importKey("raw", await sha256("vs1/course", receipt.key), "AES-GCM", false, ["decrypt"]);
  const box = from64(sealed);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: box.slice(0, 12), additionalData: tag }, key, box.slice(12));
  return JSON.parse(new TextDecoder().decode(plain));
}

async function commitment(groups) {
  const hashes = await Promise.all(groups.map((g, i) => (g.hash ? unhex(g.hash) : sha256("vs1/" + i, unhex(g.salt), canonical(g.fields)))));
  return sha256("vs1/leaf", ...hashes);
}

// One leaf of the course: what it says, and where it stands; throws the word of what does not agree.
async function step(receipt, given) {
  const leaf = from64(given.leaf);
  const told = await opened(receipt, given.sealed).catch(() => { throw "why-opening"; });
  const groups = told.groups;
  if (!same(await commitment(groups), leaf.slice(8))) throw "why-opening";
  const said = { kind: leaf[1], day: new Date(EPOCH + number(leaf.slice(2, 4)) * 86400000), commitment: leaf.slice(8), ...groups[0].fields, agency: told.agency };
  if (!given.proof) return said;
  const cut = given.proof.indexOf("\n\n");
  const lines = given.proof.slice(0, cut).split("\n").filter((l) => !l.startsWith("extra "));
  const signed = await head(given.proof.slice(cut + 2));
  if (!signed) throw "why-head";
  const index = Number(lines[1].replace("index ", ""));
  if (!(await leads(leaf, index, signed.size, lines.slice(2).map(from64), signed.root))) throw "why-path";
  return { ...said, index, size: signed.size };
}

const words = (query) => $("#words").content.querySelector(query);
const word = (name, fill = {}) => words(`[data-word="${name}"]`).textContent.replace(/\{(\w+)\}/g, (_, k) => fill[k]);
const named = (sort, code) => words(`[data-${sort}="${CSS.escape(String(code))}"]`)?.textContent || code;
const clock = (ms) => new Date(ms).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
const day = (date) => date.toLocaleDateString(document.documentElement.lang, { dateStyle: "medium", timeZone: "UTC" });

function tell(good, text) {
  const item = document.createElement("li");
  item.className = good === true ? "good" : good === false ? "bad" : "open";
  item.textContent = text;
  $("#result .checks").append(item);
  $("#result").hidden = false;
}

function show(said) {
  const item = document.createElement("li");
  const parts = [day(said.day), named("kind", said.kind), said.kind === 1 ? "" : said.agency, named("outcome", said.to)];
  if (said.on_time !== null) parts.push(word(said.on_time ? "on-time" : "late"));
  if (said.second) parts.push(word("second"));
  parts.push(said.index === undefined ? word("pending") : `№ ${said.index}`);
  item.textContent = parts.filter(Boolean).join(" · ");
  $("#result .course").append(item);
}

async function course(receipt) {
  const tag = hex((await sha256("vs1/tag", receipt.key)).slice(0, 16));
  const answer = await fetch(`log/course/${tag}`, { cache: "no-store" });
  if (answer.status === 410) return { erased: true };
  if (answer.status === 404) return { leaves: [] };
  return answer.json();
}

async function check(written, saved) {
  $("#result .checks").replaceChildren();
  $("#result .course").replaceChildren();
  $("#result h2").hidden = $("#keep").hidden = true;
  let receipt = null;
  try { receipt = readReceipt(written); } catch { /* told below */ }
  if (!receipt) return tell(false, word("no"));
  const gateway = vkey(known.gateway);
  const fill = { at: clock(receipt.at), until: clock(receipt.until), number: receipt.number, channel: named("channel", receipt.channel) };
  const text = bytes("minsheng/receipt/v1\n", gateway.name, "\n", receipt.packed);
  if (!(await verifies(gateway.key, receipt.signature, text))) return tell(false, word("forged"));
  tell(true, word("signed", fill));
  let found = saved;
  try { found ||= await course(receipt); } catch { return tell(null, word("offline")); }
  if (found.erased) return tell(null, word("erased"));
  await follow(receipt, found, fill);
}

async function follow(receipt, found, fill) {
  const said = [];
  try {
    for (const leaf of found.leaves) said.push(await step(receipt, leaf));
    if (said.length && !same(said[0].commitment, receipt.commitment)) throw "why-commitment";
  } catch (why) {
    if (typeof why !== "string") throw why;
    return tell(false, word("wrong", { why: word(why) }));
  }
  if (said[0]?.index !== undefined) tell(true, word("kept", { index: said[0].index, size: said[0].size }));
  else tell(Date.now() > receipt.until ? false : null, word(Date.now() > receipt.until ? "broken" : "waiting", fill));
  const last = said.at(-1);
  if (last?.to === "unresolved") tell(true, word("counted", last));
  if (last?.to === "resolved") tell(null, word("solved", last));
  said.forEach(show);
  $("#result h2").hidden = !said.length;
  $("#keep").hidden = !said.length;
  $("#keep").onclick = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify({ receipt: receipt.fragment, ...found })], { type: "application/json" }));
    link.download = `receipt-${receipt.channel}-${receipt.number}.json`;
    link.click();
  };
}

$("#paste").addEventListener("submit", (event) => {
  event.preventDefault();
  check($("#written").value);
});
$("#saved").addEventListener("change", async () => {
  try {
    const saved = JSON.parse(await $("#saved").files[0].text());
    await check(saved.receipt, saved);
  } catch { tell(false, word("no")); }
});
addEventListener("hashchange", () => check(location.hash));
if (location.hash.length > 1) check(location.hash);
else if (known.given) check(known.given);
navigator.serviceWorker?.register("r/worker.js", { scope: "r" }).catch(() => {});
