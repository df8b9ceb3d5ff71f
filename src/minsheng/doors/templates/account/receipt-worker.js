{% load static %}// Keeps the page that checks receipts for when there is no network; proofs are never kept.
const KEPT = "receipt-1";
const FILES = ["{% url 'receipt-page' %}", "{% static 'receipt.js' %}", "{% static 'minsheng.css' %}", "{% static 'portal.css' %}", "{% static 'vendor/noble/index.js' %}", "{% static 'icon.svg' %}"];
addEventListener("install", (event) => event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(FILES))));
addEventListener("fetch", (event) => {
  if (event.request.method !== "GET" || !FILES.includes(new URL(event.request.url).pathname)) return;
  event.respondWith(fetch(event.request).catch(() => caches.match(event.request, { ignoreSearch: true, ignoreVary: true })));
});
