// Draws what doors/frame/graphs.py put into the page: lines labelled at their end, limits dashed, intervals as bands.
(() => {
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const mark = document.querySelector("p.simulated strong")?.textContent.trim();

  const option = (data) => {
    const ink = style("--ink"), second = style("--second"), line = style("--line");
    const colours = [style("--primary"), style("--warn"), style("--good"), style("--bad"), second];
    const series = data.lines.map((row, i) => {
      const base = { name: row.name, data: row.values, symbol: "none", color: colours[i % colours.length], connectNulls: false };
      if (row.look === "bars") return { ...base, type: "bar", barMaxWidth: 18 };
      if (row.look === "dots") return { ...base, type: "scatter", symbol: "circle", symbolSize: 6 };
      return {
        ...base, type: "line", lineStyle: { width: row.look === "dashed" ? 1.5 : 2, type: row.look === "dashed" ? "dashed" : "solid" },
        endLabel: { show: true, formatter: () => row.name, color: ink, fontSize: 12 }, labelLayout: { moveOverlap: "shiftY" },
      };
    });
    if (data.marks.length && series.length) {
      series[0].markPoint = {
        symbol: "triangle", symbolSize: 9, symbolOffset: [0, -8], itemStyle: { color: style("--bad") }, label: { show: false },
        data: data.marks.map((i) => ({ coord: [data.x[i], data.lines[0].values[i]] })),
      };
    }
    if (data.band) {
      const [name, low, high] = data.band;
      const quiet = { type: "line", stack: "band", symbol: "none", lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false } };
      series.unshift({ ...quiet, data: low }, {
        ...quiet, name, data: high.map((v, i) => (v === null || low[i] === null ? null : v - low[i])),
        areaStyle: { color: style("--primary"), opacity: 0.14 },
      });
    }
    return {
      animation: false, textStyle: { fontFamily: style("font-family") || "inherit", color: ink },
      backgroundColor: style("--surface"),
      grid: { left: 28, right: 96, top: mark ? 34 : 16, bottom: 8, containLabel: true },
      graphic: mark ? [{ type: "text", right: 8, top: 6, style: { text: mark, fill: second, fontSize: 12 } }] : [],
      tooltip: { trigger: "axis", confine: true, transitionDuration: 0 },
      xAxis: { type: "category", data: data.x, axisLine: { lineStyle: { color: line } }, axisLabel: { color: second }, axisTick: { show: false } },
      yAxis: { type: "value", min: 0, splitLine: { lineStyle: { color: line } }, axisLabel: { color: second } },
      series,
    };
  };

  const save = (href, name) => {
    const link = document.createElement("a");
    link.href = href; link.download = mark ? name.replace(/(\.\w+)$/, `-${mark}$1`) : name; link.click();
  };

  for (const figure of document.querySelectorAll("[data-graph]")) {
    const place = figure.querySelector(".drawing");
    const data = JSON.parse(document.getElementById(figure.dataset.graph).textContent);
    place.style.height = `${place.dataset.height}px`;
    const chart = echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(option(data));
    addEventListener("resize", () => chart.resize());
    figure.addEventListener("click", (e) => {
      const how = e.target.closest("[data-save]")?.dataset.save;
      if (how === "png") save(chart.getDataURL({ pixelRatio: 2 }), `${data.title}.png`);
      if (how === "csv") {
        const cell = (c) => (/[",\n]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c);
        const rows = [...figure.querySelectorAll("tr")].map((tr) => [...tr.children].map((c) => cell(c.textContent)).join(","));
        save(URL.createObjectURL(new Blob(["\ufeff" + rows.join("\r\n")], { type: "text/csv" })), `${data.title}.csv`);
      }
    });
  }
})();
