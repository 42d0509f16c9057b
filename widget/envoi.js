// Sending: what a citizen said leaves once, whatever happens to the network, to the tab or to the server.
//
// An avis is {d, c, t}: `d` is the body of its deposit and never changes once made (the same id with the same content
// can be sent any number of times); `c` is what completes it, with its `ordre`: the server never lets an older one undo
// a newer one; `t` is when it was given. Unsent avis, and nothing else, are kept for a day: what may identify somebody
// is masked, and free text stays in the tab alone (sessionStorage) unless the person agreed (`accord`).

const { origin, hash } = new URL(import.meta.url);
export const SERVICE = hash.slice(1) || origin;
const API = SERVICE + "/api/v1/avis";
const COFFRE = "jdma " + SERVICE;
const JOUR = 864e5;
const enCours = new Set();

// JSON, whatever the page has put on prototypes (`toJSON`, of the older Prototype); `filtre` takes the free text.
export const json = (valeur, filtre) =>
  JSON.stringify(valeur, function (cle) {
    const brut = this[cle];
    return filtre && brut && /^comm|_/.test(cle) ? filtre(brut) : brut;
  });

// Mails, and digits that are enough to be somebody's number; the server knows better, but is not there yet.
export const masquer = (texte) => texte.replace(/\S{1,64}\s?@\s?\S+|[+A-Z]{0,2}\d([\s./()-]{0,3}\d){8,}|\d{6,}/g, "…");

const rang = (avis) => avis.c?.ordre || 0;

function lire(coffre) {
  try {
    return JSON.parse(window[coffre][COFFRE]).filter((a) => Math.abs(Date.now() - a.t) < JOUR);
  } catch {
    return [];
  }
}

const COFFRES = ["sessionStorage", "localStorage"];

const gardes = () => COFFRES.flatMap(lire); // what this tab knows, first

// Keeps an avis, or else drops what is kept of it, but not what another tab has been told since. A copy without the
// text comes before the whole of it, in the order of completions: sent by another tab, it takes nothing away.
function ranger(avis, garder) {
  const { d, c, t, accord } = avis;
  for (const coffre of COFFRES) {
    const entier = accord || coffre > "m";
    const liste = lire(coffre).filter((a) => a.d.id != d.id || (!garder && !avis.refus && rang(a) > rang(avis)));
    const copie = { d, c: c && { ...c, ordre: c.ordre - !entier }, t, accord };
    if (garder) liste.push(JSON.parse(json(copie, entier ? masquer : () => {})));
    try {
      if (liste[0]) window[coffre][COFFRE] = json(liste);
      else delete window[coffre][COFFRE];
    } catch {
      // Blocked or full: the page itself remembers.
    }
  }
}

function requete({ d, jeton }, corps) {
  const body = json(corps);
  return fetch(API + (jeton ? "/" + d.id : ""), {
    method: jeton ? "PATCH" : "POST",
    headers: jeton ? { Authorization: "Bearer " + jeton } : {},
    body, // sent as text/plain: to deposit asks no preflight
    keepalive: body.length < 2e4, // browsers refuse more than 64 KiB of it
    signal: AbortSignal.timeout?.(2e4),
  });
}

// One exchange. Gives how long to wait before the next one, in ms (0: at once), or null when there is none to have.
async function echange(avis) {
  const { c, d, jeton } = avis;
  avis.impose = 0;
  if (Date.now() - avis.t > JOUR) return refuser(avis, "trop_tard");
  try {
    const reponse = await requete(avis, jeton ? c : d);
    const { status, ok, headers } = reponse;
    const delai = headers.get("Retry-After"); // in seconds, or a date
    avis.impose = delai * 1e3 || new Date(delai) - Date.now() || 0;
    // A portal between us and the network may answer anything.
    const dit = (ok || /problem/.test(headers.get("Content-Type"))) && (await reponse.json());
    if (ok && dit.id == d.id) {
      if (c == avis.c) avis.lu = dit.retenu; // its texts as they are stored, when something was removed
      return recevoir(avis, c, dit.jeton);
    }
    if (status == 401 && jeton && !avis.renouvele) {
      avis.renouvele = 1; // the same deposit gives another jeton, within its hour
      return (avis.jeton = 0);
    }
    if (!ok && dit && status < 500 && status != 408 && status != 429) return refuser(avis, dit.code);
  } catch {
    // No network, nothing in twenty seconds, or an answer that is not ours: try again.
  }
  return Math.max(avis.impose, Math.min(6e4, 500 * 2 ** ++avis.echecs) * (0.5 + Math.random()));
}

// What was sent is stored. Without a jeton its hour is over: nothing more can be said of it.
function recevoir(avis, c, jeton) {
  avis.depose();
  if (avis.jeton) {
    avis.fait = c;
    avis.renouvele = 0;
  }
  avis.jeton = jeton;
  if (jeton) return (avis.echecs = 0);
  return avis.c == avis.fait ? null : refuser(avis, "jeton_expire");
}

function refuser(avis, code) {
  avis.refus = code;
  return null;
}

async function pousser(avis) {
  if (enCours.has(avis)) return;
  enCours.add(avis);
  avis.dire("envoi");
  let attente = 0;
  while (attente != null && (!avis.jeton || avis.c != avis.fait)) {
    // Another tab may have sent it meanwhile.
    if (avis.repris && !gardes().some((a) => a.d.id == avis.d.id)) break;
    attente = await echange(avis);
    if (attente) {
      avis.dire("attente");
      await new Promise((ok) => {
        setTimeout(ok, attente);
        avis.reveil = avis.impose > 0 ? null : ok; // a server that said when to come back is not asked before
      });
    }
  }
  enCours.delete(avis);
  ranger(avis);
  avis.dire(avis.refus ? (avis.recu ? "partiel" : "refus") : "envoye");
}

// An avis to send. `dire` hears what becomes of it (envoi, attente, envoye; refus, or partiel when only what came before
// is stored), `depose` when it is first stored. `repris` is what a former visit kept of it.
// `jeton`, when it is deposited already.
export function deposer(d, dire, depose, repris, jeton) {
  const avis = [...enCours].find((autre) => autre.d.id == d.id) || { d, t: Date.now(), echecs: 0, jeton, ...repris };
  Object.assign(avis, {
    dire,
    depose: () => avis.recu || depose((avis.recu = 1)),
    repris,
    completer(suite) {
      avis.lu = 0;
      avis.c = { ...suite, ordre: Math.max(Date.now(), rang(avis) + 2) };
      if (avis.refus) return;
      ranger(avis, 1);
      pousser(avis);
    },
    garder(accord) {
      avis.accord = accord;
      if (enCours.has(avis)) ranger(avis, 1);
    },
  });
  if (jeton) avis.depose();
  else if (!repris) ranger(avis, 1);
  pousser(avis);
  return avis;
}

// At load: what a former visit could not send. And from now on, what to do when the network or the page come and go.
export function reprendre() {
  const rien = () => {};
  ranger({ d: 0 }); // without those that are too old
  for (const a of gardes()) deposer(a.d, rien, rien, a);
  const reveiller = () => enCours.forEach((avis) => avis.reveil?.());
  addEventListener("online", reveiller);
  addEventListener("pageshow", reveiller);
  // The page goes away: a request that needs no preflight still leaves; blockers drop beacons, and say they have sent them.
  addEventListener("pagehide", () => {
    for (const avis of enCours) {
      const balise = () => navigator.sendBeacon(API, json(avis.d));
      if (avis.jeton) avis.reveil?.();
      else if ("keepalive" in Request.prototype) requete(avis, avis.d).catch(balise);
      else balise();
    }
  });
}
