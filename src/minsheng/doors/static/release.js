// A month's release is recounted here, on the reader's own device (核验公开包), by the same rules as /releases/verify.py:
// every leaf is made anew and compared with the log's, every order and ballot is counted, the tree over the leaves must
// have the root that was signed. Forms: account/releases/lines.py; C2SP tlog-tiles, tlog-checkpoint, tlog-policy; RFC 6962.
const $ = (query) => document.querySelector(query);
const OUTCOMES = ["open", "resolved", "unresolved", "unsaid", "excluded", "withdrawn", "merged"];
const COLUMNS = [...OUTCOMES, "intake", "arrived", "left", "joined", "on_time", "judged", "second"];
const AT = Object.fromEntries(COLUMNS.map((name, at) => [name, at]));
const GRADES = ["very_satisfied", "satisfied", "basically", "dissatisfied", "very_dissatisfied"];
const FIELDS = ["cohort,from,on_time,reason,second,to", "agency", "agency", "category,channel", "category,street,week", null];
const HEADER = "carried,city,format,from,joined,k,log,metrics,month,previous,to";
const [INTAKE, BALLOT, RELEASE, METRIC, SEALED] = [1, 6, 7, 12, 13];
const NOTHING = { metrics: [], month: "", size: 0, tally: [] };

class Fault extends Error {}
const fault = (zh, en) => new Fault(document.documentElement.lang === "en" ? en : zh);
const need = (right, zh, en) => { if (!right) throw fault(zh, en); return right; };
const joined = (parts) => {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  parts.reduce((at, p) => (out.set(p, at), at + p.length), 0);
  return out;
};
const bytes = (...parts) => joined(parts.map((p) => (typeof p === "string" ? new TextEncoder().encode(p) : p)));
const hex = (b) => Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
const unhex = (text, length) => {
  need(typeof text === "string" && text.length === 2 * length && /^[0-9a-f]*$/.test(text), "盐或哈希写法不对。", "A salt or hash is not lower-case hex.");
  return Uint8Array.from({ length }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
};
const from64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const number = (b) => b.reduce((n, x) => n * 256 + x, 0);
const sha = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(...parts)));
const sum = (row) => row.reduce((n, x) => n + x, 0);
const whole = (x) => Number.isSafeInteger(x) && x >= 0;
const keys = (object) => Object.keys(object).sort().join(",");
const canon = (v) => {
  if (Array.isArray(v)) return `[${v.map(canon).join(",")}]`;
  if (v && typeof v === "object") return `{${Object.keys(v).sort().map((k) => `${JSON.stringify(k)}:${canon(v[k])}`).join(",")}}`;
  return JSON.stringify(v);
};

async function verifies(key, signature, message) {
  try {
    const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", imported, signature, message);
  } catch (error) {
    if (error.name !== "NotSupportedError") throw error;
    throw fault("这个浏览器不会核对签名（Ed25519），请换一个，或用 verify.py。", "This browser cannot check Ed25519 signatures: take another, or verify.py.");
  }
}

class Log {
  constructor(base) { this.base = base; this.kept = new Map(); this.size = 0; }
  async read(path) {
    const answer = await fetch(`${this.base}/${path}`, { cache: path.startsWith("tile/") ? "default" : "no-store" });
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
  }
  async tile(level, at) {
    const kept = this.kept.get(level);
    if (kept && kept.at === at) return kept.content;
    const digits = String(at).padStart(Math.ceil(String(at).length / 3) * 3, "0").match(/.../g);
    const path = `tile/${level}/${digits.map((d, i) => (i < digits.length - 1 ? `x${d}` : d)).join("/")}`;
    const width = Math.min(256, Math.floor(this.size / 256 ** (level === "entries" ? 0 : level)) - at * 256);
    const content = (width < 256 && (await this.read(`${path}.p/${width}`))) || (await this.read(path));
    need(content, `账本的文件 ${path} 取不到。`, `The log's file ${path} cannot be read.`);
    this.kept.set(level, { at, content });
    return content;
  }
  async entry(index) {
    const at = (index % 256) * 42;
    const entry = (await this.tile("entries", Math.floor(index / 256))).subarray(at, at + 42);
    need(entry.length === 42 && entry[0] === 0 && entry[1] === 40, `账本第 ${index} 条不是叶子。`, `The log's entry ${index} is not a leaf.`);
    return entry.subarray(2);
  }
  async node(level, place) {
    const first = place * 2 ** (level % 8), at = (first % 256) * 32;
    return top((await this.tile(Math.floor(level / 8), Math.floor(first / 256))).subarray(at, at + 32 * 2 ** (level % 8)));
  }
}

async function top(hashes) {
  while (hashes.length > 32) {
    const pairs = [];
    for (let at = 0; at < hashes.length; at += 64) pairs.push(sha([1], hashes.subarray(at, at + 64)));
    hashes = joined(await Promise.all(pairs));
  }
  return hashes;
}

// The root of the log: subtrees within our own leaves, from `first` on, are made from these; tiles tell the others.
async function rootOver(log, first, hashes) {
  const last = first + hashes.length / 32;
  const over = async (start, stop) => {
    const width = stop - start;
    let level = 0;
    while (2 ** (level + 1) <= width) level += 1;
    if (2 ** level === width && !(start < first && first < stop) && !(start < last && last < stop)) {
      const inside = first <= start && stop <= last;
      return inside ? top(hashes.subarray((start - first) * 32, (stop - first) * 32)) : log.node(level, start / width);
    }
    const middle = start + (2 ** level === width ? width / 2 : 2 ** level);
    return sha([1], await over(start, middle), await over(middle, stop));
  };
  return log.size ? over(0, log.size) : sha("");
}

async function checkTiles(log, first, hashes) {
  for (let level = 0; hashes.length; level += 1) {
    for (let at = 0; at < hashes.length / 32; at += 1)
      need(same(await log.node(8 * level, first + at), hashes.subarray(at * 32, at * 32 + 32)), "账本的瓦片和叶子对不上。", "A tile of the log is not what the leaves hash to.");
    const above = Math.ceil(first / 256), full = [];
    for (let at = (above * 256 - first) * 32; at + 8192 <= hashes.length; at += 8192) full.push(await top(hashes.subarray(at, at + 8192)));
    [first, hashes] = [above, joined(full)];
  }
}

function vkey(written) {
  const cut = written.indexOf("+"), rest = written.slice(cut + 1);
  const material = from64(rest.slice(9));
  return { name: written.slice(0, cut), id: rest.slice(0, 8).toLowerCase(), kind: material[0], key: material.slice(1) };
}

function readPolicy(text) {
  const lines = text.split("\n").map((l) => l.trim().split(/\s+/)).filter((l) => l[0] && !l[0].startsWith("#"));
  const of = (word) => lines.filter((l) => l[0] === word);
  const groups = new Map(of("group").map((l) => [l[1], l.slice(2)]));
  const met = (name, by) => {
    if (!groups.has(name)) return name === "none" || by.has(name);
    const [least, ...members] = groups.get(name);
    return members.filter((m) => met(m, by)).length >= ({ any: 1, all: members.length }[least] ?? Number(least));
  };
  return { logs: of("log").map((l) => vkey(l[1])), witnesses: of("witness").map((l) => [l[1], vkey(l[2])]), quorum: of("quorum")[0][1], met };
}

async function openCheckpoint(policy, note) {
  const written = new TextDecoder().decode(note), cut = written.lastIndexOf("\n\n");
  const text = written.slice(0, cut + 1), [origin, size, root] = text.split("\n");
  const signed = new Map(written.slice(cut + 2).trim().split("\n").map((line) => {
    const [, name, content] = line.split(" "), all = from64(content);
    return [`${name} ${hex(all.subarray(0, 4))}`, all.subarray(4)];
  }));
  const second = async (key) => {
    let signature = signed.get(`${key.name} ${key.id}`), said = bytes(text), at = 0;
    if (!signature) return null;
    if (key.kind === 4) {
      at = number(signature.subarray(0, 8));
      said = bytes(`cosignature/v1\ntime ${at}\n`, text);
      signature = signature.subarray(8);
    }
    need(await verifies(key.key, signature, said), `${key.name} 的签名不对。`, `The signature of ${key.name} is wrong.`);
    return at;
  };
  const own = await Promise.all(policy.logs.filter((k) => k.name === origin).map(second));
  need(own.some((s) => s !== null), "账本没有在树头上签名。", "The log has not signed the checkpoint.");
  const by = new Map();
  for (const [name, key] of policy.witnesses) { const at = await second(key); if (at !== null) by.set(name, at); }
  need(policy.met(policy.quorum, by), "共同签名的见证人不够。", "Too few witnesses have cosigned the checkpoint.");
  return { origin, size: Number(size), root: from64(root), witnessed: [...by.values()] };
}

class Tally extends Map {
  constructor(width) { super(); this.width = width; }
  row(a, b) {
    const key = canon([a, b]);
    if (!this.has(key)) this.set(key, new Array(this.width).fill(0));
    return this.get(key);
  }
  rows() {
    const order = (a, b) => (a < b ? -1 : Number(a > b));
    const found = [...this].map(([key, row]) => [...JSON.parse(key), ...row]);
    return found.sort((x, y) => order(x[0], y[0]) || order(x[1], y[1]));
  }
}

class Release {
  constructor(log, origin) { Object.assign(this, { log, origin, hashes: [], places: new Set(), trackers: new Set(), ballots: new Tally(5), latest: "" }); }

  begin(head) {
    need(head && keys(head) === HEADER && head.format === "minsheng/release/v1", "公开包没有文件头。", "The release has no header.");
    need(head.log === this.origin, "公开包说的是另一本账。", "The release is of another log.");
    need([head.from, head.to, head.k].every(whole) && head.k >= 10 && head.from <= head.to && head.to <= this.log.size, "文件头的范围不对。", "The header's k or its range is none.");
    const state = head.carried, first = canon(state) === canon(NOTHING);
    need(keys(state) === keys(NOTHING) && state.size === head.from && state.month < head.month && first === (head.previous === null) && /^\d{4}-\d\d$/.test(head.month), "公开包没有接着上一个。", "The release does not begin where the last one ended.");
    Object.assign(this, { head, told: first, metrics: [...state.metrics], tally: new Tally(COLUMNS.length), next: head.from });
    for (const [cohort, agency, ...row] of state.tally) this.tally.set(canon([cohort, agency]), row);
    need(this.tally.size === state.tally.length, "期初有一行写了两遍。", "The carried balances have a row twice.");
    for (const [cohort, agency, ...standing] of head.joined) {
      need(agency && !this.tally.has(canon([cohort, agency])), "一个单位具名了两次。", "An agency is named twice.");
      const row = this.tally.row(cohort, agency), count = sum(standing);
      standing.forEach((n, i) => { row[i] = n; });
      row[AT.arrived] = row[AT.joined] = count;
      if (!count) continue;
      const pool = this.tally.row(cohort, "");
      pool[AT.left] += count;
      standing.forEach((n, i) => { pool[i] -= n; });
    }
    this.balanced();
  }

  async leaf(line) {
    const hashes = await Promise.all(line.g.map((group, i) => (group.length === 1 ? unhex(group[0], 32) : sha(`vs1/${i}`, unhex(group[0], 16), canon(group[1])))));
    const days = Math.round((Date.parse(`${line.d}T00:00:00Z`)) / 86400000);
    const made = line.k === SEALED ? hashes[0] : await sha("vs1/leaf", ...hashes);
    return bytes([1, line.k, days >> 8, days & 255, 0, 0, 0, 0], made);
  }

  async take(lines) {
    const made = await Promise.all(lines.map((line) => this.leaf(line)));
    const hashed = await Promise.all(made.map((packed) => sha([0], packed)));
    for (const [n, line] of lines.entries()) {
      const index = this.next, { g: groups, k: kind } = line;
      this.next += 1;
      need(line.i === index, `公开包里缺第 ${index} 片叶子。`, `Leaf ${index} is not in the release where it should be.`);
      need(keys(line) === "d,g,i,k" && kind >= 1 && kind <= SEALED && groups[0].length === (kind === SEALED ? 1 : 2) && (kind <= 5 || groups.length === 1), `第 ${index} 片叶子没有照规矩打开。`, `Leaf ${index} is not opened as its kind must be.`);
      need(same(made[n], await this.log.entry(index)), `第 ${index} 片叶子和账本里的不一样。`, `Leaf ${index} as the release opens it is not the one in the log.`);
      const commitment = hex(made[n].subarray(8));
      need(!this.places.has(commitment), `第 ${index} 片叶子重复打开。`, `Leaf ${index} opens what another has opened already.`);
      this.places.add(commitment);
      need(kind !== METRIC || line.d >= this.latest, `第 ${index} 片叶子的口径倒填了日期。`, `Leaf ${index} defines a metric and is dated before earlier leaves.`);
      if (line.d > this.latest) this.latest = line.d;
      this.hashes.push(hashed[n]);
      if (kind <= 5) this.move(index, groups.map((group) => (group.length === 2 ? group[1] : null)));
      else if (kind === BALLOT) this.vote(index, groups[0][1]);
      else if (kind === METRIC) this.metrics.push([index, line.d, groups[0][1].metric, groups[0][1].version, groups[0][1].sha256]);
      else if (kind === RELEASE) await this.follows(groups[0][1]);
    }
  }

  async follows(fields) {
    const { carried, previous } = this.head, closing = hex(await sha(canon(carried)));
    const right = fields.release === previous && fields.month === carried.month && fields.to === carried.size && fields.closing === closing;
    need(!this.told && right, "期初数不是上一个公开包入账的期末数。", "What is carried over is not what the last release committed to.");
    this.told = true;
  }

  move(index, groups) {
    const opened = groups.slice(2, 5).map((g) => g !== null);
    const shape = groups.length === 6 && groups.every((g, i) => g === null || keys(g) === FIELDS[i]) && (opened[0] || !opened[1]) && (opened[1] || !opened[2]);
    need(shape, `第 ${index} 片叶子打开了不该有的字段。`, `Leaf ${index} opens other fields than the format has.`);
    const { cohort, from, to, on_time: onTime, second } = groups[0];
    const [giver, taker] = groups.slice(1, 3).map((g) => (g === null ? "" : g.agency));
    const right = (from === null || OUTCOMES.includes(from)) && OUTCOMES.includes(to) && (from === null) === (giver === null) && typeof second === "boolean" && (onTime === null || (from && typeof onTime === "boolean")) && taker !== null;
    need(right, `第 ${index} 片叶子的去向不可能。`, `Leaf ${index} moves an order in a way that there is not.`);
    for (const [group, agency] of [[groups[1], giver], [groups[2], taker]])
      need(group === null || agency === null || (agency && this.tally.has(canon([cohort, agency]))), `第 ${index} 片叶子写出了不该具名的单位。`, `Leaf ${index} names an agency that is not among the named.`);
    const row = this.tally.row(cohort, taker);
    row[AT[to]] += 1;
    row[AT.arrived] += giver !== taker;
    row[AT.intake] += giver === null;
    if (giver === null) return;
    const at = this.tally.row(cohort, giver);
    at[AT[from]] -= 1;
    at[AT.left] += giver !== taker;
    at[AT.judged] += onTime !== null;
    at[AT.on_time] += onTime === true;
    at[AT.second] += second;
  }

  vote(index, ballot) {
    const texts = ["agency", "answer", "period", "tracker"].map((name) => ballot[name]), at = GRADES.indexOf(ballot.answer);
    need(keys(ballot) === "agency,answer,period,tracker" && texts.every((t) => typeof t === "string" && t) && at >= 0 && !this.trackers.has(ballot.tracker), `第 ${index} 片叶子不是有效的评价票。`, `Leaf ${index} is no ballot, or has another's tracker.`);
    this.trackers.add(ballot.tracker);
    this.ballots.row(ballot.period, ballot.agency)[at] += 1;
  }

  balanced() {
    const rest = new Map();
    for (const [cohort, agency, ...row] of this.tally.rows()) {
      const stands = sum(row.slice(0, 7));
      need(row.length === COLUMNS.length && row.every(whole) && stands === row[AT.arrived] - row[AT.left], `${cohort} ${agency} 的账不平。`, `The balances of ${agency || "the unnamed"} of ${cohort} do not add up.`);
      rest.set(cohort, (rest.get(cohort) ?? 0) + row[AT.intake] - stands);
    }
    need([...rest.values()].every((n) => n === 0), "受理数不等于各种去向之和。", "The outcomes of a cohort are not its intake.");
  }

  async close(trailer) {
    const head = this.head;
    need(this.next === head.to, `公开包里缺第 ${this.next} 片叶子。`, `Leaf ${this.next} is not in the release.`);
    need(this.told, "上一个公开包的叶子不在该在的地方。", "The leaf of the last release is not where this one must open it.");
    this.balanced();
    for (const [cohort, agency, ...row] of this.tally.rows()) need(!agency || row[AT.arrived] >= head.k, `${cohort} ${agency} 件数太少，不该具名。`, `${agency} of ${cohort} is named with fewer than k orders.`);
    for (const [period, agency, ...row] of this.ballots.rows()) {
      const good = sum(row.slice(0, 3)), all = sum(row);
      need(all >= 10 && (agency === "city" || (good > 0 && good < all)), `${period} ${agency} 的评价票不该单列。`, `${agency} is named in ${period} with fewer than ten ballots, or with all good or all bad.`);
    }
    const before = this.metrics.filter((row) => row[1] < `${head.month}-01`);
    this.late = !before.length;
    this.rates = await this.count(new Map((this.late ? [...this.metrics].reverse() : before).map((row) => [row[2], row.slice(3)])));
    this.closing = { month: head.month, size: head.to, tally: this.tally.rows(), metrics: this.metrics };
    const found = { ballots: this.ballots.rows(), closing: this.closing, late: this.late, rates: this.rates };
    need(canon(trailer) === canon(found), "公开包写的数字不是由叶子算出来的。", "The figures that the release states are not what its leaves say.");
  }

  async count(logged) {
    const metrics = [], rates = [];
    for (const text of this.head.metrics) {
      const given = Object.fromEntries(text.split("\n").slice(1, -1).map((l) => l.split(/: (.*)/s).slice(0, 2)));
      const [version, digest] = logged.get(given.name) ?? [];
      need(String(version) === given.version && digest === hex(await sha(text)), `${given.name} 的口径不是事先入账的那个。`, `The formula of ${given.name} is not the one that the log has for the month.`);
      logged.delete(given.name);
      metrics.push([given.name, ["part", "whole", "left out"].map((side) => (given[side] ? given[side].split(" + ") : []))]);
    }
    need(!logged.size, "公开包漏了一个指标。", "The release leaves out a metric.");
    for (const [tally, names] of [[this.tally, COLUMNS], [this.ballots, GRADES]]) {
      const rows = tally.rows();
      for (const cohort of [...new Set(rows.map((row) => row[0]))]) {
        const own = rows.filter((row) => row[0] === cohort), city = names.map((_, i) => sum(own.map((row) => row[i + 2])));
        for (const [, agency, ...row] of [[cohort, "*", ...city], ...own])
          for (const [name, sides] of metrics)
            if (names.includes(sides[1][0])) rates.push([cohort, agency, name, ...sides.map((side) => sum(side.map((n) => row[names.indexOf(n)])))]);
      }
    }
    return rates;
  }

  // Where the log commits to this file, if it does yet; looks at the leaves behind the release's own.
  async ownLeaf(digest) {
    const { month, from, to, previous } = this.head;
    const fields = { month, from, to, previous, release: hex(digest), closing: hex(await sha(canon(this.closing))) };
    const key = await crypto.subtle.importKey("raw", digest, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const salt = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes("vs1/salt/0\x01"))).slice(0, 16);
    const wanted = await sha("vs1/leaf", await sha("vs1/0", salt, canon(fields)));
    for (let index = to; index < this.log.size; index += 1) {
      const entry = await this.log.entry(index);
      this.hashes.push(await sha([0], entry));
      if (entry[1] !== RELEASE) continue;
      need(same(entry.subarray(8), wanted), "账本记下的是另一个文件。", `The release is not the file to which leaf ${index} of the log committed.`);
      return index;
    }
    return null;
  }
}

async function* linesOf(file) {
  const text = file.stream().pipeThrough(new DecompressionStream("gzip")).pipeThrough(new TextDecoderStream("utf-8", { fatal: true }));
  let rest = "";
  for (const reader = text.getReader(); ; ) {
    const { done, value } = await reader.read();
    const parts = (rest + (value ?? "")).split("\n");
    rest = parts.pop();
    for (const part of parts) {
      const content = JSON.parse(part);
      need(canon(content) === part, "有一行不是规范的 JSON。", "A line is not canonical JSON.");
      yield content;
    }
    if (done) return need(!rest, "文件被截断了。", "The file is cut.");
  }
}

async function check(file, base, policyText, progress) {
  const log = new Log(base);
  const policy = readPolicy(policyText);
  const head = await openCheckpoint(policy, need(await log.read("checkpoint"), "账本没有树头。", "The log has no checkpoint."));
  log.size = head.size;
  const release = new Release(log, head.origin);
  const lines = linesOf(file);
  release.begin((await lines.next()).value);
  let batch = [], trailer = null;
  for await (const line of lines) {
    need(!trailer, "文件尾后面还有东西。", "Something follows the release's trailer.");
    if ("i" in line) batch.push(line);
    else trailer = line;
    if (batch.length === 256 || trailer) {
      need(release.next + batch.length <= release.head.to, "公开包里多了叶子。", "The release has other leaves than its header says.");
      await release.take(batch);
      batch = [];
      progress(release.next - release.head.from, release.head.to - release.head.from);
    }
  }
  await release.close(need(trailer, "公开包没有文件尾。", "The release has no trailer."));
  const leaf = await release.ownLeaf(new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer())));
  const hashes = joined(release.hashes);
  await checkTiles(log, release.head.from, hashes);
  need(same(await rootOver(log, release.head.from, hashes), head.root), "由叶子算出的树根不是签过名的那个。", "The leaves do not have the root that was signed.");
  const cosigned = head.witnessed.length ? new Date((Math.max(...head.witnessed) + 86400) * 1000).toISOString().slice(0, 10) : null;
  need(!cosigned || release.latest <= cosigned, "有叶子的日期晚于见证时间。", "A leaf is dated after the log was cosigned.");
  return { release, leaf, size: head.size, witnesses: head.witnessed.length };
}

const word = (name, fill = {}) => $(`#words [data-word="${name}"]`).textContent.replace(/\{(\w+)\}/g, (_, k) => fill[k]);

function show({ release, leaf, size, witnesses }) {
  const say = (text) => { const item = document.createElement("li"); item.textContent = text; $("#found").append(item); };
  say(word("right", { month: release.head.month, leaves: release.head.to - release.head.from, size, witnesses }));
  say(leaf === null ? word("not-yet") : word("named", { leaf }));
  if (release.late) say(word("late"));
  for (const [cohort, agency, name, part, over, out] of release.rates) {
    const row = $("#rates tbody").insertRow();
    for (const text of [cohort, agency === "*" ? word("city") : agency || word("unnamed"), name, part, over, over ? `${((100 * part) / over).toFixed(1)} %` : "—", out]) row.insertCell().textContent = text;
  }
  $("#rates").hidden = false;
}

$("#check").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("#found").replaceChildren();
  $("#rates tbody").replaceChildren();
  $("#rates").hidden = true;
  const { log, folder } = document.body.querySelector("#check").dataset;
  const tell = (text) => { $("#state").textContent = text; };
  try {
    const own = $("#file").files[0], trust = $("#trust").files[0];
    const fetched = own ? null : await fetch(`${folder}/${$("#month").value}.jsonl.gz`);
    const file = own ?? (await need(fetched.ok && fetched, "没有这个月的公开包。", "There is no release of that month.").blob());
    const policy = trust ? await trust.text() : await (await fetch(`${log}/policy`)).text();
    const found = await check(file, log, policy, (done, all) => tell(word("counting", { done, all })));
    tell(word(trust ? "trusted" : "untrusted"));
    show(found);
  } catch (error) {
    tell(word("fault", { fault: error instanceof Fault ? error.message : word("malformed", { error: String(error) }) }));
  }
});
