// Sending: what a citizen said leaves once, whatever happens to the network, to the tab or to the server.
//
// An avis is {d, c, t}: `d` is the body of its deposit and never changes once made (the same id with the same content
// can be sent any number of times); `c` is what completes it; `t` is when it was given. Unsent avis, and nothing else,
// are kept in localStorage for seven days; without storage they live as long as the page.

const { origin, hash } = new URL(import.meta.url);
export const SERVICE = hash.slice(1) || origin;
const API = SERVICE + "/api/v1/avis";
const COFFRE = "jdma " + SERVICE;
const SEMAINE = 6048e5;
const enCours = new Set();

function gardes() {
  try {
    return JSON.parse(localStorage[COFFRE]).filter((a) => a.t > Date.now() - SEMAINE);
  } catch {
    return [];
  }
}

function ecrire(liste) {
  try {
    if (liste[0]) localStorage[COFFRE] = JSON.stringify(liste);
    else delete localStorage[COFFRE];
  } catch {
    // Blocked or full: the page itself remembers.
  }
}

const garde = (avis) => gardes().find((autre) => autre.d.id == avis.d.id);
const autres = (avis) => gardes().filter((autre) => autre.d.id != avis.d.id);
const garder = (avis) => ecrire([...autres(avis), { d: avis.d, c: avis.c, t: avis.t }]);

// What was sent goes; what another tab has added since does not.
function oublier(avis) {
  if (avis.refus || JSON.stringify(garde(avis)?.c) == JSON.stringify(avis.c)) ecrire(autres(avis));
}

function requete(avis, corps) {
  const texte = JSON.stringify(corps);
  return fetch(API + (avis.jeton ? "/" + avis.d.id : ""), {
    method: avis.jeton ? "PATCH" : "POST",
    headers: avis.jeton ? { Authorization: "Bearer " + avis.jeton } : {},
    body: texte, // sent as text/plain: to deposit asks no preflight
    keepalive: texte.length < 2e4, // browsers refuse more than 64 KiB of it
    signal: AbortSignal.timeout?.(2e4),
  });
}

// One exchange. Gives how long to wait before the next one, in ms (0: at once), or null when refused for good.
async function echange(avis) {
  const { c, jeton } = avis;
  avis.impose = 0;
  if (avis.t < Date.now() - SEMAINE) return refuser(avis, "trop_tard");
  try {
    const reponse = await requete(avis, jeton ? c : avis.d);
    const { status, ok, headers } = reponse;
    if (ok) {
      avis.jeton = (await reponse.json()).jeton;
      if (avis.jeton) {
        if (jeton) avis.fait = c;
        else avis.depose();
        return (avis.echecs = 0);
      }
    } else if (status == 401 && jeton) {
      avis.jeton = 0; // its hour is over: the same deposit again gives another one
    } else if (status < 500 && status != 408 && status != 429 && /problem/.test(headers.get("Content-Type"))) {
      return refuser(avis, (await reponse.json()).code); // ours; a portal between us and the network may answer anything
    }
    const delai = headers.get("Retry-After"); // in seconds, or a date
    avis.impose = delai * 1e3 || new Date(delai) - Date.now() || 0;
  } catch {
    // No network, nothing in twenty seconds, or an answer that is not ours: try again.
  }
  return Math.max(avis.impose, Math.min(6e4, 500 * 2 ** ++avis.echecs) * (0.5 + Math.random()));
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
    // Another tab may have sent it meanwhile, or have been told more.
    if (avis.repris && !(avis.repris = garde(avis))) break;
    if (avis.repris) avis.c = avis.repris.c;
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
  oublier(avis);
  avis.dire(avis.refus ? "refus" : "envoye");
}

// An avis to send. `dire` hears what becomes of it (envoi, attente, envoye, refus), `depose` when it is first stored.
// `repris` is what a former visit kept of it.
export function deposer(d, dire, depose, repris) {
  const avis = [...enCours].find((autre) => autre.d.id == d.id) || { d, t: Date.now(), echecs: 0, ...repris };
  let dit;
  Object.assign(avis, {
    dire,
    depose: () => dit || depose((dit = true)), // a jeton that is over is asked for again with the same deposit
    repris,
    completer(suite) {
      avis.c = suite;
      if (avis.refus) return;
      garder(avis);
      pousser(avis);
    },
  });
  garder(avis);
  pousser(avis);
  return avis;
}

// At load: what a former visit could not send. And from now on, what to do when the network or the page come and go.
export function reprendre() {
  const rien = () => {};
  const liste = gardes();
  ecrire(liste); // without those that are too old
  for (const a of liste) deposer(a.d, rien, rien, a);
  const reveiller = () => enCours.forEach((avis) => avis.reveil?.());
  addEventListener("online", reveiller);
  addEventListener("pageshow", reveiller);
  // The page goes away: a request that needs no preflight still leaves. What is stored stays until it is acknowledged.
  addEventListener("pagehide", () => {
    for (const avis of enCours) if (avis.jeton || !navigator.sendBeacon(API, JSON.stringify(avis.d))) avis.reveil?.();
  });
}
