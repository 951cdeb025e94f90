/** The second cue beside a colour: how far a quota is met as a filled round, with a tick once it is. */

import { svg } from "./dom";

/** A round of this radius around the origin. */
export function round(rate: number, radius: number): SVGGElement {
  const share = Math.max(0, Math.min(1, rate));
  const group = svg("g", { class: "round" }, svg("circle", { r: radius, class: "rim" }));
  if (share >= 1) {
    group.append(svg("circle", { r: radius, class: "full" }));
    const step = radius / 2;
    group.append(svg("path", { class: "tick", d: `M${-step} 0l${step * 0.8} ${step * 0.8} ${step * 1.3}${-step * 1.7}` }));
  } else if (share > 0) {
    const angle = share * 2 * Math.PI;
    const [x, y] = [radius * Math.sin(angle), -radius * Math.cos(angle)];
    group.append(svg("path", { class: "full", d: `M0 0V${-radius}A${radius} ${radius} 0 ${share > 0.5 ? 1 : 0} 1 ${x.toFixed(2)} ${y.toFixed(2)}Z` }));
  }
  return group;
}

/** The same as a picture in a line of text. */
export function inlineRound(rate: number): SVGSVGElement {
  return svg("svg", { class: "inline", viewBox: "-8 -8 16 16", width: 14, height: 14, "aria-hidden": true }, round(rate, 6.5));
}
