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
  const boutons = choix.map(([value, texte, image]) => {
    const click = () => choisir(value, !fleche);
    return h("label", 0, h("input", { type: "radio", name, checked: value === choisie, click }), image, h("span", 0, texte));
  });
  return h("div", { class: "choix " + genre, keydown, keyup: () => (fleche = 0) }, boutons);
}

const BOUCHES = ["29q8-8 16 0", "27h16", "24q8 9 16 0"];

const visage = (rang) =>
  h(
    "svg",
    { "aria-hidden": "true" },
    h("path", { d: "M2 20a18 18 0 1 0 36 0a18 18 0 1 0-36 0m12-5v3M26 15v3M12 " + BOUCHES[rang] }),
  );

// The one required question, on the bouton's own scale: three smileys, or notes from 0 to 10 and what both ends mean.
export const noter = (fiche, note, choisir) =>
  question(
    fiche.question,
    fiche.precision,
    radios("note", fiche.choix.map(([n, texte], rang) => [n, texte, !fiche.bornes && visage(rang)]), note, choisir, fiche.echelle),
    fiche.bornes && h("p", { class: "bornes" }, fiche.bornes.map((borne) => h("span", 0, borne))),
  );
