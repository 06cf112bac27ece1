"""English or not: short clinical prose passes, reports in other languages and scripts are told apart."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radeval.text.language import english_share, looks_english

ENGLISH = [
    "",
    " \n",
    "...",
    "12",
    "XXXX",
    "XXXX XXXX. XXXX.",
    "No sudden disease.",
    "Cardiomegaly.",
    "Unremarkable.",
    "L basilar atelectasis, unchanged",
    "LLL PNA",
    "S/P CABG.",
    "r/o pna",
    "AP & LAT",
    "NO FLUID OR LOOSE AIR AROUND EITHER LUNG.",
    "Non-displaced fracture, left clavicle.",
    "De novo mass, cul de sac.",
    "Sjögren syndrome.",
    "Köhler",
    "Seen in ED, IM nail in situ.",
    "Pectus. Vena cava filter.",
    "No change, discussed with Dr. Müller.",
    "\u03b1-1 antitrypsin deficiency, 5 µm filter.",
    "Lungs clear 肺.",
    "The heart looks big. There is no effusion.",
]

OTHER = {
    "spanish": [
        "Sin alteraciones pleuropulmonares.",
        "Corazón de tamaño normal. No se observan derrames.",
        "Placa de tórax dentro de límites normales.",
        "Infiltrado en base derecha compatible con neumonía.",
        "NO HAY DERRAME PLEURAL NI NEUMOTORAX.",
        "Cardiomegalia moderada con redistribución vascular.",
    ],
    "portuguese": [
        "Sem alterações pleuropulmonares.",
        "Área cardíaca dentro dos limites da normalidade.",
        "Não há derrame pleural ou pneumotórax.",
        "Opacidade na base do pulmão esquerdo.",
        "Seios costofrênicos livres.",
        "CORAÇÃO DE VOLUME NORMAL.",
    ],
    "french": [
        "Pas d'épanchement pleural.",
        "Silhouette cardio-médiastinale de taille normale.",
        "Absence de foyer parenchymateux.",
        "Opacité de la base droite évoquant une pneumopathie.",
        "Examen sans particularité.",
        "PAS DE PNEUMOTHORAX VISIBLE.",
    ],
    "german": [
        "Kein Pneumothorax.",
        "Herz normal groß, keine Stauung.",
        "Unauffälliger Befund der Thoraxorgane.",
        "Verschattung im rechten Unterfeld, am ehesten Pneumonie.",
        "Keine frischen Infiltrate, kein Erguss.",
        "Geringer Pleuraerguss links.",
    ],
    "italian": [
        "Non versamento pleurico.",
        "Ombra cardiaca nei limiti di norma.",
        "Assenza di addensamenti parenchimali a focolaio.",
        "Cuore di dimensioni aumentate.",
        "Opacità in sede basale destra.",
        "L'aorta e l'ilo sono regolari.",
    ],
    "dutch": [
        "Geen pneumothorax.",
        "Hart niet vergroot, geen pleuravocht.",
        "Infiltraat in de rechter onderkwab, passend bij pneumonie.",
        "Geen aanwijzingen voor longembolie.",
        "Bekende verkalkte nodus links boven, ongewijzigd.",
        "Thoraxfoto zonder afwijkingen.",
    ],
    "russian": [
        "Лёгкие без изменений.",
        "Сердце не расширено.",
        "Норма.",
        "Выпот справа.",
        "CT: очаг слева.",
    ],
    "greek": [
        "Καρδιά φυσιολογική.",
        "Χωρίς συλλογή.",
        "Πύκνωση δεξιά.",
        "Πνεύμονες καθαροί.",
        "Χωρίς αλλαγή.",
    ],
    "chinese": [
        "心影正常。",
        "未见气胸。",
        "两肺清晰。",
        "右侧胸腔积液。",
        "CT示左肺结节。",
    ],
    "japanese": [
        "肺野に異常なし。",
        "気胸なし。",
        "右胸水あり。",
        "心拡大を認める。",
        "CTR 55%、心拡大あり。",
    ],
    "korean": [
        "심장 크기 정상.",
        "기흉 없음.",
        "우측 흉수.",
        "폐야에 이상 없음.",
        "정상 흉부 사진.",
    ],
    "arabic": [
        "القلب طبيعي.",
        "لا يوجد انصباب.",
        "الرئتان سليمتان.",
        "صورة صدر طبيعية.",
        "انصباب أيمن.",
    ],
}


@pytest.mark.parametrize("text", ENGLISH)
def test_clinical_english_passes(text: str) -> None:
    assert looks_english(text)
    assert looks_english(text.upper())


@pytest.mark.parametrize("language", OTHER)
def test_other_languages_are_flagged(language: str) -> None:
    assert [text for text in OTHER[language] if looks_english(text)] == []


def test_decomposed_accents_count_too() -> None:
    assert not looks_english("Pulmo\u0301n derecho, o\u0301seas sin lesio\u0301n.")


def test_share() -> None:
    assert english_share([]) == 1.0
    assert english_share(["No change.", "Kein Pneumothorax."]) == 0.5
    assert english_share(text for text in ["No change."]) == 1.0


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_never_raises(text: str) -> None:
    assert looks_english(text) in (True, False)


@pytest.mark.parametrize("unit", ["a", "a ", "a\u0301", "\u0301", "'", "l'", "\u80ba", "xx "])
def test_time_is_bounded(unit: str) -> None:
    text = unit * 500_000
    begin = time.process_time()
    looks_english(text)
    assert time.process_time() - begin < 2
