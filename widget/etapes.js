// What each step shows, and what was answered there: the page itself remembers it.
import { aides, choix } from "./aide.js";
import { SERVICE } from "./envoi.js";

// The four questions. `choisir` hears the note, and whether it is sure.
export const poser = (hote, { T, vue }, choisir) => [
  hote.noter(vue, choisir, hote.note),
  hote.question(T.comprehension.question, T.facultatif, choix(hote, "comprehension", T.comprehension.niveaux, "aides")),
  hote.question(T.aide.question, T.facultatif + ". " + T.aide.precision, aides(hote, T)),
  hote.h(
    "div",
    0,
    hote.h("h2", 0, hote.h("label", { for: "commentaire" }, T.commentaire.question)),
    hote.h("p", { id: "precision" }, T.commentaire.precision),
    hote.h("textarea", { id: "commentaire", "aria-describedby": "precision", rows: 5, dir: "auto" }),
  ),
];

export const bouton = (h, texte, click, label) =>
  h("button", { type: "button", class: "bouton retour", "aria-label": label, click }, texte);

const tous = (questions, css) => questions.flatMap((question) => [...question.querySelectorAll(css)]);

// The two free texts: another help, the comment.
export const textes = (questions) => tous(questions, "[type=text], textarea");

// What was answered, in the words of the page; nothing of a channel whose box is no longer ticked.
const relire = (question) =>
  tous([question], ":checked, [type=text], textarea")
    .filter((e) => !e.closest(".detail")?.hidden)
    .map((e) => (e.type == "checkbox" ? " ; " : " – ") + (e.checked ? e.parentNode.lastChild.textContent : e.value))
    .filter((dit) => dit[3])
    .join("")
    .slice(3) || "–";

export function remercier({ h }, { T, vue, essai, slug }, questions, modifier) {
  const lignes = questions.map((question, rang) => {
    const titre = question.querySelector("h2").textContent;
    const dit = relire(question).replace(/^\d+$/, rang ? "$&" : "$&/10");
    const changer = bouton(h, T.modifier, () => modifier(rang), T.modifier + " – " + titre);
    return h("li", 0, h("p", 0, titre, h("b", { dir: "auto" }, dit)), changer);
  });
  return h(
    "div",
    0,
    h("h2", 0, T.merci),
    !essai && h("ul", 0, T.suite.map((ligne) => h("li", 0, ligne))),
    h("p", 0, h("a", { href: SERVICE + "/demarches/" + slug, target: "_blank" }, T.chiffres)),
    h("h3", 0, T.reponses),
    h("ul", { class: "relu" }, lignes),
  );
}

// No one means to type a NUL or half an emoji, and no database can hold them.
const propre = (champ, longueur) => [...champ.value.replace(/[\0\p{Cs}]/gu, "")].slice(0, longueur).join("") || null;

// All the answers, so that a step that did not arrive comes with the next; null takes one back.
export function complement(note, questions) {
  const rang = (nom) => tous(questions, `[name=${nom}]`).findIndex((e) => e.checked);
  const aide = tous(questions, "[name=aide]:checked").map((e) => e.value);
  const [autre, texte] = textes(questions);
  const contacts = {};
  for (const nom of aide) {
    const joint = rang("joint-" + nom);
    const satisfaction = rang("satisfaction-" + nom) + 1 || null;
    if (joint >= 0 || satisfaction) contacts[nom] = { joint: joint < 0 ? null : !joint, satisfaction };
  }
  return {
    note,
    reponses: {
      comprehension: rang("comprehension") + 1 || null,
      aide: aide[0] ? aide : null,
      aide_autre: aide.includes("autre") ? propre(autre, 250) : null,
      contacts,
    },
    commentaire: propre(texte, 15000),
  };
}
