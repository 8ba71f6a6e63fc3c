// Makes elements. Text is always text, never markup.

export const $ = (id) => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

let hiding = 0;

/** What went wrong, for a while. */
export function complain(message) {
  clearTimeout(hiding);
  $("problem").textContent = message;
  $("problem").hidden = !message;
  if (message) hiding = setTimeout(() => complain(""), 12_000);
}
