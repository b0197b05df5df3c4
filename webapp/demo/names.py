"""What things of the demo province are called: every name here is invented."""

HOST = "https://mau.example"  # a domain that nobody can own (RFC 2606)
ORIGIN = "mau.example/log"
GS1 = "https://id.gs1.org/01/"

COUNTRY = f"{HOST}/place/country"
PROVINCE = f"{HOST}/place/mau"
FORMER_EAST = f"{HOST}/place/mau-dong"
FORMER_WEST = f"{HOST}/place/mau-tay"
SEA = f"{HOST}/place/mau-bien"
HILL = f"{HOST}/place/mau-doi"

OFFICE = f"{HOST}/party/office"
LAB = f"{HOST}/party/lab-1"
PEER_LAB = f"{HOST}/party/lab-wine"
PRINTER = f"{HOST}/party/printer"
COOP = f"{HOST}/party/coop-a"
HOUSE = f"{HOST}/party/house-b"
WINE = f"{HOST}/party/wine-c"
BOAT = f"{HOST}/party/boat-3"
SALT = f"{HOST}/party/salt-1"
GROCER = f"{HOST}/party/grocer-2"
FARMS = tuple(f"{HOST}/party/pond-{n}" for n in (1, 2, 3))
MILL = f"{HOST}/party/rice-mill"
SHOP = f"{HOST}/party/shop-1"
INSPECTOR = f"{HOST}/officer/3f7a"
SERVER = f"{HOST}/server/1"
NODE = f"{HOST}/node/1"

COOP_PLACE = f"{HOST}/facility/coop-a"
HOUSE_PLACE = f"{HOST}/facility/house-b"
WINE_PLACE = f"{HOST}/facility/wine-c"
CLUSTER = f"{HOST}/cluster/wine"

SAUCE = GS1 + "09521000001015"
ANCHOVY = GS1 + "09521000001022"
SHRIMP = GS1 + "09521000002012"
SPIRIT = GS1 + "09521000003019"
GIFT = GS1 + "09521000004016"


def zone(facility: str, kind: str) -> str:
    """Return the URI of a facility's zone of a kind."""
    return f"{HOST}/zone/{facility.rsplit('/', 1)[1]}-{kind}"


def camera(name: str) -> str:
    """Return the URI of a camera."""
    return f"{HOST}/camera/{name}"


def lot(product: str, number: str) -> str:
    """Return the URI of a lot of packs."""
    return f"{product}/10/{number}"


def bulk(facility: str, number: str) -> str:
    """Return the URI of a load, a barrel or a batch that has no GTIN."""
    return f"{HOST}/lot/{facility.rsplit('/', 1)[1]}/{number}"


def step(process: str, name: str) -> str:
    """Return the URI of a step of a process."""
    return f"{HOST}/process/{process}#{name}"
