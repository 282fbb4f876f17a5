import { describe, expect, test } from "vitest";
import { data, html, jsonElement } from "#report/html/markup.ts";
import { hostile } from "./scenes.ts";

describe("text in HTML", () => {
  test("is escaped in elements and attributes, whatever it is", () => {
    const { markup } = html`<a title="${hostile}">${hostile}</a>`;
    expect(markup).not.toMatch(/<(script|img|\/script)/);
    expect(markup.match(/"/g)).toHaveLength(2);
    expect(markup).toContain("&lt;/script&gt;");
  });

  test("is left out where there is none, and joined where there are many", () => {
    expect(html`<p>${undefined}${false}${["a", html`<b>${1}</b>`]}</p>`.markup).toBe("<p>a<b>1</b></p>");
  });

  test("cannot turn the text around it, and shows what cannot be seen", () => {
    expect(data("a\u202Eb").markup).toBe('<bdi>a<span class="cp" data-u="U+202E">\u202E</span>b</bdi>');
    expect(data("a\u0000b\u200Bc").markup).toContain('data-u="U+0000"></span>b<span class="cp" data-u="U+200B">');
    expect(data("\uD800").markup).toContain("U+D800");
  });

  test("leaves pictures, accents, tabs and lines as they are", () => {
    expect(data("👩‍💻 é 🏳️‍🌈\tأ\n").markup).toBe("<bdi>👩‍💻 é 🏳️‍🌈\tأ\n</bdi>");
  });

  test("tells NULL from nothing known and from the word", () => {
    expect(new Set([data(null), data(undefined), data("NULL")].map(({ markup }) => markup)).size).toBe(3);
  });

  test("cannot end the element that carries the data", () => {
    const { markup } = jsonElement("data", { text: `${hostile}\u2028<!--` });
    expect(markup.match(/</g)).toHaveLength(2);
    expect(JSON.parse(markup.replace(/^<[^>]*>|<\/script>$/g, ""))).toEqual({ text: `${hostile}\u2028<!--` });
  });
});
