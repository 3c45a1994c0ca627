import type { Page } from "playwright-core";

/**
 * Texts, shapes, button edges and focus rings of a page whose contrast is below what WCAG 2.2 AA requires, with the
 * contrast: https://www.w3.org/TR/WCAG22/#contrast-minimum and #non-text-contrast
 */
export async function weakContrasts(page: Page): Promise<{ readonly weak: string[]; readonly texts: number }> {
  return page.evaluate(SCRIPT);
}

const SCRIPT = String.raw`(() => {
  const parsed = (text) => {
    const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
    return [r, g, b, a];
  };
  const over = (front, back) => [0, 1, 2].map((it) => front[it] * front[3] + back[it] * (1 - front[3])).concat(1);
  const behind = (node) =>
    node === null ? [255, 255, 255, 1] : over(parsed(getComputedStyle(node).backgroundColor), behind(node.parentElement));
  const part = (it) => (it / 255 <= 0.04045 ? it / 255 / 12.92 : ((it / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const contrast = (front, back) => {
    const [a, b] = [light(over(front, back)), light(back)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const weak = [];
  let texts = 0;
  const check = (what, color, back, least) => {
    const found = contrast(parsed(color), back);
    if (found < least) weak.push(what + ": " + found.toFixed(2));
  };
  for (const node of document.querySelectorAll("body *")) {
    if (!node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const text = [...node.childNodes].filter((it) => it.nodeType === 3).map((it) => it.textContent.trim()).join("");
    if (text !== "") {
      texts += 1;
      check(text, style.color, behind(node), 4.5);
    }
    if (node.matches(".shape")) check("shape", style.fill, behind(node), 3);
    if (node.matches("button")) check("edge of " + text, style.borderTopColor, behind(node.parentElement), 3);
    if (node.matches("button, a")) {
      node.focus();
      check("focus of " + text, getComputedStyle(node).outlineColor, behind(node.parentElement), 3);
    }
  }
  return { weak, texts };
})()`;
