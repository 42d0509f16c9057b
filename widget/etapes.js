// What each step shows. `r` holds the answers: comprehension, aide (a set), autre, contacts, commentaire.
import { AIDES, aides, contacts } from "./aide.js";
import { SERVICE } from "./envoi.js";

const numerotes = (textes) => textes.map((texte, rang) => [rang + 1, texte]);

function commenter({ h }, T, r) {
  const attributs = { id: "commentaire", "aria-describedby": "precision", rows: 5, dir: "auto" };
  attributs.input = (e) => (r.commentaire = e.target.value);
  return h(
    "div",
    0,
    h("h2", { tabindex: -1 }, h("label", { for: "commentaire" }, T.commentaire.question)),
    h("p", { id: "precision" }, T.commentaire.precision),
    h("textarea", attributs, r.commentaire),
  );
}

// One kind of help as it is read again: « Yes, by phone, Yes, Bad ».
function relire(nom, T, r) {
  const { joint, satisfaction } = r.contacts[nom] || {};
  return [
    T.aide.choix[nom],
    joint != null && T.joint[joint ? "oui" : "non"],
    T.satisfaction.niveaux[satisfaction - 1],
    nom == "autre" && r.autre,
  ]
    .filter(Boolean)
    .join(", ");
}

function remercier({ h, note }, fiche, r, montrer) {
  const { T } = fiche;
  const [titre, , ...mots] = fiche.vue;
  const reponses = [
    mots[2] ? mots[note / 5] : note + "/10",
    T.comprehension.niveaux[r.comprehension - 1],
    AIDES.filter((nom) => r.aide.has(nom))
      .map((nom) => relire(nom, T, r))
      .join(" ; "),
    r.commentaire,
  ];
  const lignes = [titre, T.comprehension.question, T.aide.question, T.commentaire.question].map((question, rang) => {
    const attributs = { type: "button", class: "retour", "aria-label": T.modifier + " – " + question, click: () => montrer(rang) };
    return h("li", 0, h("p", 0, question, h("b", { dir: "auto" }, reponses[rang] || "–")), h("button", attributs, T.modifier));
  });
  return h(
    "div",
    0,
    h("h2", { tabindex: -1 }, T.merci),
    !fiche.essai && h("ul", 0, T.suite.map((ligne) => h("li", 0, ligne))),
    h("p", 0, h("a", { href: SERVICE + "/demarches/" + fiche.slug, target: "_blank" }, T.chiffres)),
    h("h3", 0, T.reponses),
    h("ul", { class: "relu" }, lignes),
  );
}

// The five steps: four questions and the thanks. `avancer` is called by an answer that needs no « Continue ».
export const etapes = (hote, fiche, r, avancer, montrer) => {
  const { T } = fiche;
  return [
    () =>
      hote.noter(fiche.vue, hote.note, (note, sure) => {
        hote.note = note;
        if (sure) avancer();
      }),
    () => {
      const choisir = (niveau) => (r.comprehension = niveau);
      const niveaux = numerotes(T.comprehension.niveaux);
      const reponses = hote.radios("comprehension", niveaux, r.comprehension, choisir, "niveaux");
      return hote.question(T.comprehension.question, T.facultatif, reponses);
    },
    () => hote.question(T.aide.question, T.facultatif + ". " + T.aide.precision, aides(hote, T, r)),
    () => commenter(hote, T, r),
    () => remercier(hote, fiche, r, montrer),
  ];
};

// No one means to type a NUL or half an emoji, and no database can hold them.
const propre = (texte, longueur) => [...texte.replace(/[\0\p{Cs}]/gu, "")].slice(0, longueur).join("");

// All the answers, so that a step that did not arrive comes with the next; null takes back what was said `avant`.
export function complement(note, r, avant = {}) {
  const suite = { note };
  if (r.comprehension || r.aide.size || "reponses" in avant) {
    suite.reponses = {
      comprehension: r.comprehension || null,
      aide: r.aide.size ? [...r.aide] : null,
      aide_autre: (r.aide.has("autre") && propre(r.autre, 250)) || null,
      contacts: contacts(r),
    };
  }
  const texte = propre(r.commentaire, 15000);
  if (texte || "commentaire" in avant) suite.commentaire = texte || null;
  return suite;
}
