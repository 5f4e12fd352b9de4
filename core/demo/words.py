"""The words that the demo is made of. Whoever and whatever they name is made up."""

from __future__ import annotations

from typing import Final


def _each(words: str) -> tuple[str, ...]:
    return tuple(words.split())


GIVEN: Final = _each(
    """
Ada Aisha Alba Albert Aleksandra Alice Amara Anders Andrea Anja Anna Antonio Arjun Asta Astrid Aylin Beatriz Ben
Bettina Birgit Björn Boris Brigitte Camille Carla Carlos Cécile Celia Chiara Chloé Claire Clara Conor Dagmar Daniel
Daria David Débora Diego Dilek Dora Edith Eduardo Eleni Elif Elin Emil Emma Enzo Eric Erika Esther Eva Fabian Fatima
Felix Fiona Florian Francesca Frank Frida Gabriel Gemma Georg Gitta Grace Greta Gustav Hanna Hans Hassan Heidi Helena
Henrik Hugo Ida Ilse Imre Inés Ingrid Irene Isabel Ivan Jakob Jana Jasmin Jens Joana Johan Jonas Julia Jürgen Kai
Karin Katarzyna Kemal Kenji Klara Lara Lars Laura Leila Leo Leonie Liam Lidia Lina Lotte Louis Lucía Luka Magda Maja
Marcel Margit Maria Marta Martin Mateo Matilda Maya Mehmet Mia Mikael Mila Miriam Moritz Nadia Naomi Nico Nils Nina
Noah Nora Olga Oliver Oskar Paula Pavel Pedro Petra Priya Rafael Rahel Renata Robin Rosa Ruth Samir Sara Selma Sergio
Signe Silvia Simon Sofia Sonja Stefan Susanne Sven Tamara Tanja Teresa Thea Theo Tim Tobias Tomás Uta Valentina Vera
Viktor Vincent Wanda Werner Xenia Yara Yasmin Yusuf Yvonne Zeynep Zoë Zofia
"""
)

FAMILY: Final = _each(
    """
Abel Acar Adler Almeida Andersen Arnold Aydın Bach Bakker Bauer Becker Berg Bergström Bernard Bianchi Blanc Boer
Bondarenko Brandt Braun Brennan Bruno Burke Çelik Chen Christensen Clarke Conti Costa Cruz Dahl Dekker Demir Dietrich
Doyle Dubois Duran Eberhardt Eder Engel Eriksen Esposito Evans Falk Farkas Faure Fernández Ferrari Fischer Fontaine
Forsberg Fournier Frank Fuchs Gallagher García Gardner Geiger Gonçalves Graf Greco Grimm Gruber Haas Hahn Halonen
Hansen Hartmann Haugen Heinrich Herrmann Hoffmann Holm Horváth Huber Ito Jankowski Jensen Jovanović Kaya Keller Kelly
Khan Klein Kovač Kowalski Kraus Krüger Lange Larsen Laurent Lehmann Leroy Lindberg Lindqvist Lombardi López Lorenz
Lund Maier Marino Martens Martínez Mayer Meyer Moreau Moreno Moser Müller Murphy Nagy Navarro Neumann Nielsen Novák
Nowak O'Brien Olsen Ortiz Öztürk Pavlović Pereira Petersen Petrov Pfeiffer Pohl Popescu Quinn Rahman Ramos Reyes Ricci
Richter Rinaldi Rojas Romano Roth Rousseau Ryan Sandberg Santos Sauer Schäfer Schmid Schneider Schreiber Schulte
Seidel Sharma Silva Simonsen Šimić Sokolov Sommer Sørensen Stein Strand Suzuki Szabó Tanaka Thomsen Torres Tran Ueda
Urban Vargas Vasseur Vidal Vogel Voss Wagner Walsh Weber Weiss Werner Wilde Winter Wolf Yıldız Zeller Zhang Ziegler
Zimmermann Żak
"""
)

TOWNS: Final = _each(
    """
Altenberg Ashford Belmonte Brookhaven Castelnovo Dunmore Eastvale Falkenau Fjordby Glenmoor Grünfeld Hafenried
Harbourside Hollandsby Kirchau Kvarnby Lindenau Longbridge Marbella-Nord Millbrook Montclair Neustadt Northmere
Oakridge Ostwall Pinewood Quellenhof Riverton Rosental Saint-Aubin Seeheim Solvang Steinach Stonefield Talbrück
Valmeyer Villanova Waldkirch Westhaven Wintergate
"""
)

TRADES: Final = _each(
    """
Logistics Insurance Engineering Foods Energy Textiles Publishing Shipping Instruments Architects Consulting
Foundry Optics Pharma Railways Robotics Software Timber Waterworks Glass
"""
)

FORMS: Final = ("GmbH", "AG", "Ltd", "plc", "S.A.", "B.V.", "AB", "SpA", "e.V.", "Inc.")

GROUPS: Final = (
    "Works council",
    "Steering committee",
    "Audit committee",
    "Safety board",
    "Editorial team",
    "Supervisory board",
    "Project team",
    "Archive circle",
)

TOPICS: Final = (
    "the harbour extension",
    "the heating of the north wing",
    "the new archive",
    "data protection",
    "the annual accounts",
    "fire safety",
    "the move of the warehouse",
    "the staff canteen",
    "the supply of paper",
    "the apprentice programme",
    "the roof of hall 3",
    "the tender for rolling stock",
    "the pension scheme",
    "the customer survey",
    "energy prices",
    "the translation of the handbook",
    "the water rights",
    "the solar plant",
    "the lease of the ground floor",
    "the exchange of laboratory equipment",
    "the merger of the two registries",
    "delivery times",
    "the opening hours",
    "the noise at night",
)

DEPARTMENTS: Final = ("Purchasing", "Legal", "Finance", "Operations", "Human resources", "Research", "Sales", "Archive")

WORK: Final = ("maintenance", "cleaning", "consulting", "delivery", "licence", "lease", "framework", "insurance")

OPENINGS: Final = (
    "This concerns {topic}.",
    "We refer to our conversation about {topic}.",
    "Since last year {topic} has been on the agenda.",
    "The department was asked to look into {topic}.",
    "Everybody involved has been heard about {topic}.",
    "The following was agreed about {topic}.",
)

MIDDLES: Final = (
    "The costs come to {amount} euros, of which a third falls due on signature.",
    "{person} will report on the progress every month.",
    "Two offers were compared; the one of {organisation} is the better one.",
    "The deadline was moved by six weeks because of late deliveries.",
    "{organisation} bears the risk until acceptance.",
    "All figures were checked against the accounts and agree with them.",
    "{person} objects to the second paragraph and asks for this to be recorded.",
    "The work begins in {town} and goes on at the other sites after that.",
    "Defects are to be reported in writing within fourteen days.",
    "A copy goes to the archive, another one to {organisation}.",
    "Nobody could say how the difference of {amount} euros came about.",
    "The neighbours in {town} were informed in good time.",
    "The measurements were repeated, with the same result.",
    "Confidential parts are marked and are not to be passed on.",
)

ENDINGS: Final = (
    "The next step is a meeting in {town}.",
    "{person} takes care of the rest.",
    "A decision is expected before the end of the quarter.",
    "There is nothing more to be done for the moment.",
    "The file stays open until the invoice is paid.",
    "We thank {organisation} for the good work.",
)

NOTES: Final = (
    "Prefers to be called in the morning.",
    "Speaks French and Portuguese.",
    "On leave until the end of the month; ask the deputy.",
    "Knows the old files by heart.",
    "Please send letters, no emails.",
    "Moved to another department last spring.",
    "Pays late but always pays.",
)

LINK_NOTES: Final = (
    "Signed under reservation.",
    "By proxy.",
    "Until the successor is named.",
    "Only for the first part.",
    "Original in the safe.",
)

COLLECTIONS: Final = ("Board papers", "Due diligence", "Court file", "Handover", "Personal file", "Reading list")

REFERENCE_TITLES: Final = ("My copy, with notes", "Final version", "Scan of the original", "For the hearing")
