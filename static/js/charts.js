// Draws charts over their server-made drawings: <figure data-chart="chart-x"> with <script type="application/json" id="x">.
// Without this file, or without ECharts, the drawing stays.
(() => {
  "use strict";

  const NARROW = 480; // pixels: a phone
  const LEAST = 260; // pixels: as high as a chart of many bars stays on a phone

  const draw = (figure) => {
    const place = figure.querySelector(".deck-chart-drawing, .chart-drawing");
    const data = figure.querySelector('script[type="application/json"]');
    const drawing = place && place.querySelector("svg");
    if (!window.echarts || !data || !drawing || figure.dataset.drawn) return;
    const { width, height } = drawing.viewBox.baseVal;
    if (!width || !height || !place.clientWidth) return;
    const highAt = (room) => Math.max((room * height) / width, Math.min(height, LEAST));
    const option = JSON.parse(data.textContent);
    if (place.clientWidth < NARROW && option.legend) option.legend.type = "scroll";
    figure.dataset.drawn = "yes";
    const canvas = document.createElement("div");
    canvas.style.width = `${place.clientWidth}px`;
    canvas.style.height = `${highAt(place.clientWidth)}px`;
    place.replaceChildren(canvas);
    const chart = window.echarts.init(canvas, null, { renderer: "canvas" });
    chart.setOption(option);
    // Paper gets the drawing back: it is sharp at any size.
    window.addEventListener("beforeprint", () => place.replaceChildren(drawing));
    window.addEventListener("afterprint", () => place.replaceChildren(canvas));
    const fit = () => {
      const room = place.clientWidth;
      if (!room || Math.abs(room - canvas.clientWidth) < 2) return;
      canvas.style.width = `${room}px`;
      canvas.style.height = `${highAt(room)}px`;
      chart.resize();
    };
    new ResizeObserver(() => requestAnimationFrame(fit)).observe(place);
  };

  // The workspace's colour; the style sheet holds the default.
  const colour = (deck) => {
    deck.style.setProperty("--deck-accent", deck.dataset.accent);
    deck.style.setProperty("--deck-tint", deck.dataset.tint);
  };

  const drawAll = (root) => {
    root.querySelectorAll(".deck[data-accent]").forEach(colour);
    root.querySelectorAll("figure[data-chart]").forEach(draw);
  };
  document.addEventListener("DOMContentLoaded", () => drawAll(document));
  document.addEventListener("htmx:load", (event) => drawAll(event.target));
})();
