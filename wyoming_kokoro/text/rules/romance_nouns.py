"""Nouns that are counted in a home, by gender: numbers agree with them in Spanish, French, Italian and Portuguese.

One of something needs a listed noun, because what stands behind a 1 is often none: "canal 1 para", "zona 1 attiva".
"""

from wyoming_kokoro.text.rules.tables import listed

_SPANISH = {
    "f": frozenset(
        listed(
            "luz lámpara persona puerta ventana hora semana casa planta cama taza cucharada cucharadita botella "
            "canción página llamada alarma tarea cámara habitación vez batería persiana cortina cerradura "
            "bombilla notificación actualización automatización escena entidad unidad opción parte zona reunión "
            "cita noche tarde mañana foto carta pila llave pregunta lista película mano moto radio libra milla "
            "pulgada vuelta clase calle tienda"
        )
    ),
    "m": frozenset(
        listed(
            "minuto segundo día mes año dispositivo sensor interruptor enchufe mensaje temporizador evento grado "
            "metro litro elemento artículo producto correo recordatorio coche niño paso gramo kilo kilómetro "
            "punto error problema sistema programa mapa archivo altavoz foco termostato ventilador usuario "
            "invitado paquete huevo vaso euro dólar amigo lugar libro siglo piso intento aviso tramo hijo perro "
            "gato"
        )
    ),
}
_NO_SPANISH = frozenset(listed("mientras apenas menos entonces lejos ambos"))
_FRENCH = frozenset(
    listed(
        "heure minute seconde journée semaine année lampe lumière porte fenêtre personne pièce fois prise caméra "
        "alarme tâche page chanson tasse cuillère maison chambre voiture pomme bouteille pile batterie entité "
        "scène zone enceinte ampoule serrure étape tranche livre partie réunion nuit chaîne liste minuterie "
        "commande vidéo photo carte lettre question réponse once tonne erreur mise goutte place fille femme "
        "plante"
    )
)
_ITALIAN = {
    "f": frozenset(
        listed(
            "luce lampada persona porta finestra ora settimana casa camera stanza tazza bottiglia canzone pagina "
            "chiamata sveglia attività telecamera volta batteria tapparella tenda serratura lampadina notifica "
            "scena entità unità opzione parte zona riunione notte mattina sera foto lettera pila chiave domanda "
            "lista libbra macchina presa automazione stazione cucchiaiata goccia oncia email ricetta"
        )
    ),
    "m": frozenset(
        listed(
            "minuto secondo giorno mese anno dispositivo sensore interruttore messaggio timer evento grado metro "
            "litro elemento articolo prodotto promemoria bambino passo grammo chilo chilometro punto errore "
            "problema sistema programma file altoparlante termostato ventilatore utente ospite pacco uovo "
            "bicchiere cucchiaio cucchiaino euro dollaro amico posto libro piano tentativo avviso aggiornamento "
            "quarto figlio cane gatto"
        )
    ),
}
_PORTUGUESE = frozenset(
    listed(
        "luz lâmpada pessoa porta janela hora semana casa cama xícara colher garrafa canção música página chamada "
        "tarefa câmera vez bateria persiana cortina fechadura notificação atualização automação cena entidade "
        "unidade opção parte zona reunião noite tarde manhã foto carta pilha chave pergunta lista tonelada libra "
        "milha polegada mãe rede mulher fase série nuvem"
    )
)
_MASCULINE_IN_A = frozenset(
    listed("días dias mapas sistemas programas problemas temas idiomas planetas climas gramas quilogramas gráficas")
)
_FEMININE_ENDINGS = ("iones", "ções", "dades", "tudes")


def spanish(noun: str, *, many: bool) -> str:
    """Luces is feminine: "f"; sensores "m"; of what can't be told nothing."""
    gender = _listed(_SPANISH, _singulars(noun) if many else (noun,))
    if gender or not many or noun in _NO_SPANISH:
        return gender
    if _is_feminine_plural(noun):
        return "f"
    masculine = noun in _MASCULINE_IN_A or noun.endswith(("os", "ores", "ales"))
    return "m" if masculine and len(noun) > 4 and not noun.endswith(("amos", "emos", "imos")) else ""


def portuguese(noun: str, *, many: bool) -> str:
    """Duas lâmpadas; masculine numbers are as those that stand alone."""
    known = any(one in _PORTUGUESE for one in (_singulars(noun) if many else (noun,)))
    return "f" if known or (many and noun not in ("apenas", "duas") and _is_feminine_plural(noun)) else ""


def french(noun: str, *, many: bool) -> str:
    """Vingt et une heures."""
    return "f" if noun in _FRENCH or (many and noun[:-1] in _FRENCH) or noun.endswith(("tion", "tions")) else ""


def italian(noun: str, *, many: bool) -> str:
    """Un giorno, uno zero, una luce, un'ora: of all numbers, only the 1 agrees."""
    gender = "" if many else _listed(_ITALIAN, (noun,))
    if gender == "m" and (noun.startswith(("z", "y", "ps", "gn")) or (noun[0] == "s" and noun[1] not in "aeiou")):
        return "s"
    return "v" if gender == "f" and noun[0] in "aeiou" else gender


def _listed(nouns: dict[str, frozenset[str]], ones: tuple[str, ...]) -> str:
    return next((gender for gender, known in nouns.items() if any(one in known for one in ones)), "")


def _singulars(noun: str) -> tuple[str, ...]:
    """What it may be the plural of: luces, vezes, canciones, imagens."""
    ones = [noun.removesuffix("s"), noun.removesuffix("es")]
    if noun.endswith(("ces", "zes")):
        ones.append(f"{noun[:-3]}z")
    return tuple(ones)


def _is_feminine_plural(noun: str) -> bool:
    return noun not in _MASCULINE_IN_A and len(noun) > 4 and (noun.endswith("as") or noun.endswith(_FEMININE_ENDINGS))
