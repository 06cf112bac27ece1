"""Whether a report looks like English, so that a run can warn about text its metrics were not made for.

The question is put as evidence against English: reports are often fragments without a verb or an article
("Cardiomegaly.", "XXXX XXXX"), and such a text has to pass. Only the first `_MAX_CHARS` characters are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_MAX_CHARS = 20_000
_FOREIGN_SCRIPT_SHARE = 0.3
_MAX_SHORT = 4


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A word that English reports use as well ("no", "in", "die", "normal", "base") is evidence for no other language.
_ENGLISH = _words(
    """
    the is are of and with without to for there this that these those be been was were has have had not or on at by
    from as an which than could would should may can will within seen noted both again since into if but it its
    no right left heart lung lungs clear size limits acute disease chest small large mild changes stable findings
    evidence upper lower prior spine unremarkable unchanged new old well identified visualized visualised seen view
    views tip tube line soft tissue tissues air space airspace opacity opacities nodule nodules effusion effusions
    consolidation edema oedema fracture fractures rib ribs bony bone bones markings lobe lobes scarring enlarged
    silhouette otherwise negative study compared likely possible appears appear reason exam history cough pain fever
    change mass worsening improved fluid shortness breath patient given follow up due more less also any all other
    """
)
_SPANISH = _words(
    """
    el los las del una unos unas con por para sin se es está como sobre entre pero este esta ambos ambas ni ningún
    ninguna muestra muestran observa observan evidencia evidencian aprecia aprecian visualiza identifican tórax
    torax pulmón pulmon pulmones pulmonar pulmonares derrame derecho derecha izquierdo izquierda hallazgos
    conclusión corazón silueta cardiaca cardíaca límites limites normales campos condensación condensaciones
    neumotórax neumotorax radiografía radiografia aumentado aumento tamaño mediastino estructuras óseas lesiones
    cardiomegalia leve libres senos costofrénicos aguda agudas signos enfermedad consolidaciones columna cambios
    nódulo infiltrado catéter estable moderada moderado hilios
    """
)
_PORTUGUESE = _words(
    """
    os um uma uns umas dos da das nas nos aos pelo pela com para por sem não são é está há ou mais sobre entre
    apresenta observa observam observado ausência presença sinais pulmão pulmões pulmonar pulmonares derrame direito
    direita esquerdo esquerda coração área cardíaca cardiaca dentro limites campos transparência consolidação
    consolidações pneumotórax radiografia tórax torax aumentada aumento dimensões seios costofrênicos livres
    arcabouço ósseo achados conclusão impressão normais mediastino cardiomegalia estruturas ósseas alterações lesões
    leve discreta veia alongada calcificadas calcificado coluna ponta cateter discreto demais
    """
)
_FRENCH = _words(
    """
    le les une des du aux est sont avec sans dans pour par sur ou et pas ne ni au elle ces cette ce chez entre mais
    visibles droit droite gauche gauches épanchement epanchement pleurale poumon poumons coeur cœur cardiaque taille
    normale normaux normales pulmonaire pulmonaires foyer parenchyme médiastin mediastin osseuse osseux signe signes
    anomalie anomalies radiographie cardiomégalie épaississement modérée modéré veine supérieure bronchique foyers
    examen coupole coupoles pneumopathie volumineux
    """
)
_GERMAN = _words(
    """
    der das den dem des ein eine einen einem einer eines und oder mit ohne für fur zum zur von vom bei auf aus ist
    sind wird wurde werden nicht kein keine keinen keiner nach über sowie auch sich beidseits rechts links rechter
    rechte rechten linker linke linken herz lunge lungen herzgröße herzschatten pleuraerguss erguss ergüsse befund
    beurteilung unauffällig regelrecht regelrechte normalgroß normgroß nachweis hinweis stauung verschattung
    verbreitert verbreitertes zeichen unverändert knöcherne keinerlei größe kardial dekompensation röntgen
    zwerchfell veränderungen wirbelsäule spitze vergrößert gering geringe geringer glatt begrenzt frei
    """
)
_ITALIAN = _words(
    """
    lo gli della delle dello degli dei del nel nella nelle nei alla alle allo dal dalla sul sulla una uno con senza
    che è si anche tra fra più destra destro sinistra sinistro polmone polmoni polmonare polmonari versamento
    pleurico cuore cardiaca cardiaco ombra limiti norma regolare regolari immagine immagini torace radiografia
    lesioni addensamenti addensamento focolai pneumotorace assenza evidenti apprezzano osservano nessun nessuna
    nessuno ingrandito aumentata quadro conclusioni referto bilaterale ilari mediastino parenchimali diaframma
    reperti di da superiore inferiore nodulo seni liberi dimensioni aumentate catetere lobo sede basale colonna
    rachide
    """
)
_DUTCH = _words(
    """
    de het een zonder voor bij niet geen zijn wordt werd worden naar aan ook dan uit dat deze dit longen rechts
    rechter links linker beiderzijds normale vergroot pleuravocht vocht aanwijzingen afwijkingen infiltraten slank
    hartfiguur conclusie longvelden bekende onveranderd aanwezig longoedeem tekenen ribfracturen verdichting
    bevindingen kleine longvaten hartgrootte hartschaduw veranderingen wervelkolom onderkwab bovenkwab passend lijn
    boven onder
    """
)
# "De novo", "en face", "non-displaced", "IM": evidence only beside other evidence, or together.
_WEAK = _words("de la en un al van per non hay son met il na ao da im am")
_FOREIGN = (_SPANISH | _PORTUGUESE | _FRENCH | _GERMAN | _ITALIAN | _DUTCH) - _ENGLISH - _WEAK
_FOREIGN_ENDINGS = tuple(
    _words(
        """
        mente zione zioni acion ciones ção ções adas ados idad idade ativas ativos ativi euse eux ungen keit heit ische
        ischer ischen isches heid lijke aties ingen
        """
    )
)
_ELIDED = _words("l d c qu n j un all dell nell sull dall quest dun lorsqu")

_TOKEN = re.compile(r"[^\W\d_][^\W\d_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W\d_]*)*+(?:['\u2019](?=[^\W\d_]))?")


def looks_english(text: str) -> bool:
    """Tells whether there is no good evidence that a report is in another language.

    Args:
        text: A report, or a part of one.

    Returns:
        False for text mostly in another script, and for text whose words and accents are those of another language
        more than of English. True for everything else, empty and very short texts included.
    """
    text = text[:_MAX_CHARS]
    if _in_foreign_script(text):
        return False
    english = listed = accented = total = 0
    weak: set[str] = set()
    for token in _TOKEN.findall(text.lower()):
        word = token.rstrip("'\u2019")
        if len(word) > 1 and not word.strip("x"):
            continue  # a de-identification mark
        total += 1
        if word in _ENGLISH:
            english += 1
        elif word in _FOREIGN or (len(word) > 6 and word.endswith(_FOREIGN_ENDINGS)) or _elides(token, word):
            listed += 1
        elif word in _WEAK:
            weak.add(word)
        elif len(word) > 2 and not word.isascii():
            accented += 1
    against = listed + accented
    if listed or len(weak) > 1:
        against += len(weak)
    if against <= english:
        return True
    # One word in a short fragment is enough if it is a known one: an accent alone may be somebody's name.
    return against == 1 and (not listed or total > _MAX_SHORT)


def english_share(texts: Iterable[str]) -> float:
    """Returns the share of texts, 0 to 1, that look English; 1 where there is no text."""
    verdicts = [looks_english(text) for text in texts]
    return sum(verdicts) / len(verdicts) if verdicts else 1.0


def _elides(token: str, word: str) -> bool:
    """Tells whether a token is an article or the like run into the next word, as in "l'image" or "dell'aorta"."""
    return token != word and word in _ELIDED


def _in_foreign_script(text: str) -> bool:
    """Tells whether a good part of the letters is from another script than Latin."""
    if text.isascii():
        return False
    latin = foreign = 0
    for character in text:
        if character.isalpha():
            if _is_latin(ord(character)):
                latin += 1
            else:
                foreign += 1
    return foreign > 1 and foreign >= _FOREIGN_SCRIPT_SHARE * (latin + foreign)


def _is_latin(code: int) -> bool:
    """Tells whether a letter's code point is in one of the Latin blocks, phonetic and full-width ones included."""
    return (
        code < 0x370
        or 0x1D00 <= code < 0x1F00
        or 0x2100 <= code < 0x2190
        or 0xA720 <= code < 0xA800
        or (0xFB00 <= code < 0xFB07 or 0xFF21 <= code < 0xFF5B)
    )
