// Circles on the townships' points, their area in proportion to the count. No tiles: nothing is fetched from outside.
(() => {
  const points = JSON.parse(document.getElementById("points").textContent);
  const map = L.map("map", { attributionControl: false, zoomSnap: 0.25 });
  const most = Math.max(...points.map((p) => p.n), 1);
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--primary").trim();
  for (const p of points) {
    const words = p.per === null ? `${p.name} ${p.n}` : `${p.name} ${p.n} (${p.per}/10,000)`;
    L.circleMarker([p.lat, p.lon], { radius: 3 + 15 * Math.sqrt(p.n / most), color: colour, weight: 1, fillOpacity: 0.35 }).bindTooltip(words).addTo(map);
  }
  map.fitBounds(L.latLngBounds(points.map((p) => [p.lat, p.lon])).pad(0.05));
})();
