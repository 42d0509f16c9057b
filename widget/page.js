// The form page with JavaScript: the same fields, one question at a time, sent as they are answered, without reloading.
import { h } from "./dom.js";
import { deposer, json, masquer, reprendre } from "./envoi.js";

const form = document.getElementById("avis");
const mots = JSON.parse(form.dataset.mots);
const questions = [...form.querySelectorAll(".question")];
const titres = questions.map((question) => question.querySelector("h2"));
const enonces = titres.map((titre) => titre.firstChild.textContent.trim());
const MERCI = questions.length;
const contenu = document.getElementById("contenu");
const statut = h("p", { role: "status", id: "statut" });
const retour = h("button", { type: "button", class: "retour", click: () => montrer(etape - 1) }, mots.retour);
const suite = form.querySelector(".actions button");
const merci = h("div", { hidden: true });
const pas = h("small", { class: "pas" });
const erreur = h("p", { class: "erreur", id: "erreur-note", role: "alert" }, mots.manque);
const accord = h(
  "div",
  { class: "choix" },
  h("input", { type: "checkbox", id: "garder", change: (e) => avis.garder(e.target.checked) }),
  h("label", { for: "garder" }, h("span", 0, mots.garder)),
);
let etape = 0;
let avis;
let modifie;
let remis;
let debut;
let dit;
let montree = 0;
let vide = null; // takes back what was said; undefined leaves it, when a reload could not find it again

const { commentaire, aide_autre: autre } = form.elements;
const trop = () => [...commentaire.value].length > 15000;
const champ = (nom) => new FormData(form).get(nom);
const nombre = (nom) => +champ(nom) || null;
const propre = (texte, longueur) => [...texte.replace(/[\0\p{Cs}]/gu, "")].slice(0, longueur).join("") || null;

function contact(canal) {
  const joint = champ("joint_" + canal);
  const satisfaction = nombre("satisfaction_" + canal);
  return { ...(joint && { joint: joint == "oui" }), ...(satisfaction && { satisfaction }) };
}

// Every answer each time, so that a step that did not arrive comes with the next; null takes one back.
function complement() {
  const aide = new FormData(form).getAll("aide");
  const canaux = aide.filter((nom) => /guichet|telephone|courriel|messagerie/.test(nom));
  const contacts = canaux.map((nom) => [nom, contact(nom)]).filter(([, dit]) => Object.keys(dit)[0]);
  return {
    note: +champ("note"),
    reponses: {
      comprehension: nombre("comprehension"),
      aide: aide[0] ? aide : null,
      aide_autre: aide.includes("autre") ? propre(autre.value, 250) ?? vide : null,
      contacts: contacts[0] ? Object.fromEntries(contacts) : null,
    },
    commentaire: propre(commentaire.value, 15000) ?? vide,
  };
}

const adresse = location.href;
const HEURE = 36e5;
const BROUILLON = "jdma brouillon";

// What was typed stays in the tab, masked, while somebody is at it.
function noter(brouillon) {
  try {
    if (brouillon) sessionStorage[BROUILLON] = json(brouillon, masquer);
    else delete sessionStorage[BROUILLON];
  } catch {
    // Blocked or full: a reload will find the rest.
  }
}

function brouillon(id) {
  try {
    const garde = JSON.parse(sessionStorage[BROUILLON]);
    return garde.id == id ? garde : {};
  } catch {
    return {};
  }
}

// A reload finds the same avis again in the history of the tab, and not a second one to give; the history outlives the
// tab, and holds no text. Once all of it is stored and thanks were said, it finds the thanks alone: the next person at
// this computer must not read what was answered.
function retenir() {
  if (fini()) {
    noter();
    return history.replaceState(null, "", form.action + "/merci?langue=" + mots.langue);
  }
  const champs = [...new FormData(form)].filter(([nom]) => !/^(commentaire|aide_autre)$/.test(nom));
  noter({ id: avis.d.id, commentaire: commentaire.value, aide_autre: autre.value });
  history.replaceState({ d: avis.d, t: debut, etape, champs }, "", adresse);
}

const fini = () => dit == "envoye" && etape == MERCI;

// Text stays with the tab, unless the person says otherwise; asked only when it could not leave.
function proposer() {
  const { commentaire: texte, reponses } = complement();
  if (dit == "attente" && (texte || reponses.aide_autre)) accord.isConnected || statut.before(accord);
  else accord.remove();
}

function dire(etat) {
  dit = etat;
  if (fini()) retenir();
  statut.textContent = mots[etat];
  proposer();
  if (etape == MERCI && avis?.lu) montrer(MERCI);
  // Closed, unknown, refused: the server's own page explains it.
  if (avis?.refus) form.submit();
}

function envoyer() {
  if (champ("note") == null) return;
  const corps = json(complement());
  if (corps == remis) return;
  remis = corps;
  const premier = !avis;
  if (premier) {
    debut = Date.now();
    const d = { id: form.elements.id.value, bouton: mots.cle, note: +champ("note"), langue: mots.langue };
    avis = deposer(d, dire, () => {});
    document.querySelector("nav").hidden = true; // another page would be another avis
  }
  if (etape || !premier) avis.completer(JSON.parse(corps));
  retenir();
}

// What was answered, in the words of the page; nothing of a channel whose box is no longer ticked.
function relire(question) {
  const dites = [...question.querySelectorAll(":checked, textarea, #aide_autre")].filter(
    (e) => e.closest(".detail")?.previousElementSibling.firstElementChild.checked ?? true,
  );
  const textes = dites.map((e) => (e.matches(":checked") ? e.nextElementSibling.textContent.trim() : e.value));
  return textes.filter(Boolean).join(", ") || "–";
}

// The recap says what is stored, and it is that which is modified then.
function relever() {
  for (const [nom, texte] of Object.entries(avis.lu || {})) form.elements[nom].value = texte;
  avis.lu = 0;
}

function remercier() {
  relever();
  const modele = document.getElementById("merci").content.cloneNode(true);
  modele.querySelector("h1").textContent = mots.merci; // whether it has arrived, the status says
  const lignes = questions.map((question, rang) => {
    const titre = enonces[rang];
    const click = () => montrer(rang, (modifie = true));
    const attributs = { type: "button", class: "retour", "aria-label": mots.modifier + " – " + titre, click };
    return h("li", 0, h("p", 0, titre, h("b", { dir: "auto" }, relire(question))), h("button", attributs, mots.modifier));
  });
  merci.replaceChildren(modele, h("h2", 0, mots.reponses), h("ul", { class: "relu" }, lignes));
}

function montrer(n, viser = true) {
  etape = n;
  montree = performance.now();
  form.hidden = n == MERCI;
  if (n == MERCI) remercier((modifie = false));
  merci.hidden = n < MERCI;
  contenu.classList.toggle("fini", n == MERCI);
  for (const [rang, question] of questions.entries()) question.hidden = rang != n;
  retour.hidden = !n;
  suite.textContent = n == MERCI - 1 || modifie ? mots.terminer : mots.continuer;
  pas.textContent = mots.etape.replace("{n}", n + 1) + (n ? "" : " – " + mots.precision);
  titres[n]?.prepend(pas);
  const cible = titres[n] || merci.querySelector("h1");
  cible.tabIndex = -1;
  if (viser) cible.focus();
  if (avis) retenir(proposer());
}

// What is wrong is said in the page, where it is heard, and by the field itself, which gets the focus, until it is mended.
function exiger(champ, faute, annonce, precision = "") {
  champ.setAttribute("aria-invalid", faute);
  champ.setAttribute("aria-describedby", faute ? `${precision} ${annonce.id}` : precision);
  if (faute) champ.focus();
  return faute;
}

// The one answer that cannot be left out, in the words of the page without JavaScript.
function manque() {
  const [premiere] = questions;
  const faute = champ("note") == null;
  premiere.classList.toggle("fautive", faute);
  erreur.remove();
  premiere.removeAttribute("aria-describedby");
  if (faute) premiere.setAttribute("aria-describedby", erreur.id, premiere.querySelector("legend").after(erreur));
  return exiger(premiere.querySelector("input"), faute, erreur);
}

function avancer() {
  if (etape == MERCI || manque()) return;
  if (trop()) statut.textContent = mots.trop;
  if (exiger(commentaire, trop(), statut, "precision-commentaire")) return;
  envoyer();
  montrer(modifie ? MERCI : etape + 1);
}

// After an hour nothing more can be said of an avis, and somebody else may be there: the page starts afresh.
function reprise({ d, t, champs, etape: rang }) {
  const { commentaire: texte = "", aide_autre: autrement = "", id } = brouillon(d.id);
  if (!id) vide = undefined;
  debut = t;
  for (const [nom, valeur] of [...champs, ["commentaire", texte], ["aide_autre", autrement]]) {
    for (const e of form.querySelectorAll(`[name="${nom}"]`)) {
      if (/radio|checkbox/.test(e.type)) e.checked ||= e.value == valeur;
      else e.value = valeur;
    }
  }
  // A reload may find what was there a moment before: nothing is taken back before somebody says something else.
  remis = json(complement());
  avis = deposer(d, dire, () => {});
  document.querySelector("nav").hidden = true;
  montrer(rang, false);
}

// « No help needed » goes with nothing else: the last answer wins.
function exclure({ target }) {
  if (target.name != "aide" || !target.checked) return;
  for (const autre of form.querySelectorAll("[name=aide]")) {
    if ((autre.value == "aucune") != (target.value == "aucune")) autre.checked = false;
  }
}

function ecouter() {
  let fleche;
  form.addEventListener("change", exclure);
  const premiere = questions[0];
  premiere.addEventListener("keydown", (e) => {
    fleche = /^Arrow/.test(e.key);
    if (e.key == "Enter") e.preventDefault(e.repeat || e.target.click());
  });
  premiere.addEventListener("keyup", () => (fleche = false));
  // A click, the space bar or Enter answers; moving with the arrows does not yet.
  premiere.addEventListener("click", (e) => e.target.type == "radio" && !fleche && avancer());
  // The second half of a double click must not answer the question that has just come.
  const garde = (e) => e.detail > 1 && performance.now() - montree < 600 && e.preventDefault(e.stopPropagation());
  form.addEventListener("click", garde, true);
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    avancer();
  });
  form.addEventListener("keydown", (e) => {
    if (e.repeat && e.key == "Enter" && e.target.localName != "textarea") e.preventDefault();
  });
  // A note that the arrows only went over has not been said.
  document.addEventListener("visibilitychange", () => avis && envoyer());
  // The « back » button brings pages back as they were, whoever sits there now.
  addEventListener("pagehide", () => fini() && form.reset((merci.textContent = "")));
  addEventListener("pageshow", (e) => e.persisted && (fini() || Date.now() - debut > HEURE) && location.reload());
  // As soon as one looks elsewhere: a browser may cut short what a page does when it goes away.
  commentaire.addEventListener("change", () => trop() || envoyer());
}

reprendre();
const alerte = document.getElementById("alerte");
// A page with errors, or that could not be stored, stays whole: everything to correct is in sight, and has the focus,
// which older browsers do not give by themselves.
if (alerte) "autofocus" in HTMLElement.prototype || alerte.focus();
else {
  form.after(merci, statut);
  suite.before(retour);
  ecouter();
  if (Date.now() - history.state?.t < HEURE) reprise(history.state);
  else {
    noter();
    history.replaceState(null, "");
    montrer(0, false);
  }
}
