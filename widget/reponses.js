// A question and its answers, as radio buttons with their text.
import { h } from "./dom.js";

// A question and its answers; its title can take the focus, so that a new step is read out.
export const question = (titre, precision, ...contenu) =>
  h("fieldset", 0, h("legend", 0, h("h2", { tabindex: -1 }, titre), h("span", 0, precision)), contenu);

// Answers as radio buttons with their text: [[value, text, picture]]. Moving with the arrows is not answering yet;
// a click, the space bar or Enter is: `choisir(value, sure)`.
export function radios(name, choix, choisie, choisir, genre) {
  let fleche;
  const keydown = (e) => {
    fleche = /^Arrow/.test(e.key);
    if (e.key == "Enter" && !e.repeat) e.target.click();
  };
  const boutons = choix.map(([value, texte, image]) =>
    h(
      "label",
      0,
      h("input", { type: "radio", name, checked: value === choisie, click: () => choisir(value, !fleche) }),
      image,
      h("span", 0, texte),
    ),
  );
  return h("div", { class: "choix " + genre, keydown, keyup: () => (fleche = 0) }, boutons);
}

const BOUCHES = ["29q8-8 16 0", "27h16", "24q8 9 16 0"];

const visage = (rang) =>
  h(
    "svg",
    { "aria-hidden": "true" },
    h("path", { d: "M2 20a18 18 0 1 0 36 0a18 18 0 1 0-36 0m12-5v3M26 15v3M12 " + BOUCHES[rang] }),
  );

// The one required question, [title, what to know, ...words]: three words are those of three smileys (notes 0, 5, 10),
// two are what both ends of the notes from 0 to 10 mean.
export function noter([titre, precision, ...mots], note, choisir) {
  const notes = !mots[2];
  const choix = notes ? [...Array(11).keys()].map((n) => [n, "" + n]) : mots.map((mot, rang) => [rang * 5, mot, visage(rang)]);
  const bornes = notes && h("p", { class: "bornes" }, mots.map((mot) => h("span", 0, mot)));
  return question(titre, precision, radios("note", choix, note, choisir, notes ? "notes" : "smileys"), bornes);
}
