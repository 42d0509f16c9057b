// A question and its answers, as radio buttons with their text.
import { h } from "./dom.js";

export const question = (titre, precision, ...contenu) =>
  h("fieldset", 0, h("legend", 0, h("h2", 0, titre), h("span", 0, precision)), contenu);

// Answers as radio buttons with their text: [[value, text, picture]]. Moving with the arrows is not answering yet;
// a click, the space bar or Enter is: `choisir(value, sure)`.
export function radios(name, choix, choisie, choisir, genre) {
  let fleche;
  const keydown = (e) => {
    fleche = e.key[5]; // of ArrowUp and its kin; neither Enter nor the space bar has one
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

// The one required question, [title, what to know, ...words]: three words are those of three smileys (notes 0, 5, 10),
// two are those of both ends of the notes from 0 to 10.
export function noter([titre, precision, ...mots], choisir, note) {
  const visages = mots[2];
  const choix = visages ? mots : [mots[0], 1, 2, 3, 4, 5, 6, 7, 8, 9, mots[1]];
  // The faces lie on their side: the style sheet makes them stand.
  const visage = (n) => visages && h("i", { "aria-hidden": true }, ":" + "(|)"[n]);
  const boutons = choix.map((mot, n) => [visages ? n * 5 : n, "" + mot, visage(n)]);
  return question(titre, precision, radios("note", boutons, note, choisir, visages && "smileys"));
}
