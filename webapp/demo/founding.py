"""First chapter: a province, its offices and makers, rooms, products, papers and cameras."""

from datetime import datetime, timedelta

from attest.payload import Json

from . import events
from .names import (
    ANCHOVY,
    CLUSTER,
    COOP,
    COOP_PLACE,
    COUNTRY,
    FORMER_EAST,
    FORMER_WEST,
    GIFT,
    HILL,
    HOST,
    HOUSE,
    HOUSE_PLACE,
    INSPECTOR,
    LAB,
    NODE,
    OFFICE,
    PEER_LAB,
    PRINTER,
    PROVINCE,
    SAUCE,
    SEA,
    SERVER,
    SHRIMP,
    SPIRIT,
    WINE,
    WINE_PLACE,
    camera,
    step,
    zone,
)
from .voices import Cast

CAMERAS = {  # camera: facility and kind of zone
    "a-process": (COOP_PLACE, "process"),
    "b-process": (HOUSE_PLACE, "process"),
    "b-pack": (HOUSE_PLACE, "pack"),
}
ROOMS = {
    COOP_PLACE: ("raw", "process", "ferment", "pack", "store"),
    HOUSE_PLACE: ("raw", "wash", "process", "dry", "pack"),
    WINE_PLACE: ("raw", "process", "ferment", "pack"),
}
PHONE = "+84 000 000 00{}"


def found(cast: Cast, now: datetime) -> None:
    """Let the registrar and the office enter who and what there is."""
    places(cast)
    parties(cast)
    keys(cast)
    cast.send()
    premises(cast)
    products(cast)
    processes(cast)
    cast.send()
    papers(cast, now)
    cameras(cast, now)
    cast.send()


def places(cast: Cast) -> None:
    """A province that was two until July 2025."""
    country: dict[str, Json] = {"zh": "示例国", "en": "Sample country"}
    cast.plain("registrar", "place", COUNTRY, name="Nước Mẫu", names=country, level="country")
    cast.plain(
        "registrar",
        "place",
        PROVINCE,
        name="Tỉnh Mẫu",
        names={"zh": "示例省", "en": "Sample province"},
        level="province",
        parent=COUNTRY,
        former=[FORMER_EAST, FORMER_WEST],
    )
    for uri, name, english in (
        (SEA, "Xã Mẫu Biển", "Seaside"),
        (HILL, "Xã Mẫu Đồi", "Hillside"),
    ):
        cast.plain(
            "registrar",
            "place",
            uri,
            name=name,
            names={"en": f"Sample {english} commune"},
            level="commune",
            parent=PROVINCE,
        )


def parties(cast: Cast) -> None:
    """Who takes part; people have no name anywhere."""
    for uri, kind, name, english, more in _PARTIES:
        cast.plain(
            "registrar",
            "party",
            uri,
            name=name,
            names={"en": english},
            kind=kind,
            place=PROVINCE,
            **more,
        )


def keys(cast: Cast) -> None:
    """Bring in everybody's key, each with its role."""
    cast.enrol("office", OFFICE, ["regulator"], name="Sở Mẫu (hư cấu)")
    cast.enrol("inspector", INSPECTOR, ["inspector"])
    cast.enrol("lab", LAB, ["laboratory"], name="Phòng kiểm nghiệm Mẫu (hư cấu)")
    cast.enrol("peer", PEER_LAB, ["laboratory"], name="Phòng thử xưởng bạn (hư cấu)")
    cast.enrol("printer", PRINTER, ["printer"], name="Xưởng in Mẫu (hư cấu)")
    cast.enrol("coop", COOP, ["producer"], name="HTX Nước mắm Mẫu (hư cấu)", place=SEA)
    cast.enrol("house", HOUSE, ["producer"], name="Hộ tôm khô Mẫu (hư cấu)", place=SEA)
    cast.enrol("wine", WINE, ["producer"], name="Xưởng rượu Mẫu (hư cấu)", place=HILL)
    cast.enrol("node", NODE, ["camera"])
    cast.enrol("server", SERVER, ["server"])


def premises(cast: Cast) -> None:
    """Three facilities with their zones; the workshop belongs to an on-line cluster."""
    cast.plain(
        "registrar",
        "cluster",
        CLUSTER,
        name="Cụm rượu Mẫu",
        names={"zh": "示例酒集群", "en": "Sample wine cluster"},
        place=HILL,
        online=True,
    )
    for short, uri, owner, name, place in (
        ("coop", COOP_PLACE, COOP, "Xưởng nước mắm Mẫu", SEA),
        ("house", HOUSE_PLACE, HOUSE, "Nhà làm tôm khô Mẫu", SEA),
        ("wine", WINE_PLACE, WINE, "Xưởng rượu nếp Mẫu", HILL),
    ):
        more: dict[str, Json] = {"cluster": CLUSTER} if uri == WINE_PLACE else {}
        cast.plain(short, "facility", uri, name=name, producer=owner, place=place, **more)
        for kind in ROOMS[uri]:
            cast.plain(
                short,
                "zone",
                zone(uri, kind),
                facility=uri,
                kind=kind,
                required=kind == "process",
            )


def products(cast: Cast) -> None:
    """What the labels say."""
    for short, uri, name, names, members in _PRODUCTS:
        maker = cast.voices[short].holder
        cast.plain(
            short,
            "product",
            uri,
            gtin=uri.rsplit("/", 1)[1],
            name=name,
            names=names,
            maker=maker,
            brand="Mẫu",
            **members,
        )


def processes(cast: Cast) -> None:
    """The steps that a product of this kind goes through, as surveyed on site."""
    for short, name, product, steps in _PROCESSES:
        listed: list[Json] = [
            {"id": step(name, key), "name": vi, "names": {"en": en}, "zone": where}
            for key, vi, en, where in steps
        ]
        cast.plain(short, "process", f"{HOST}/process/{name}", product=product, steps=listed)


def papers(cast: Cast, now: datetime) -> None:
    """Certificates: some confirmed, one with 20 days left, one that ran out last month."""
    for short, uri, about, scheme, begun, left, more in _PAPERS:
        cast.plain(
            short,
            "certificate",
            f"{HOST}/certificate/{uri}",
            about=about,
            scheme=scheme,
            **more,
            **{"from": str((now - timedelta(days=begun)).date())},
            until=str((now + timedelta(days=left)).date()),
            issuer="Tỉnh Mẫu (hư cấu)",
        )


def cameras(cast: Cast, now: datetime) -> None:
    """Cameras go up on the first day of this installation, with a notice at the door."""
    for name, (facility, kind) in CAMERAS.items():
        event = events.event(
            "AssociationEvent",
            now,
            "installing",
            zone(facility, kind),
            parentID=zone(facility, kind),
            childEPCs=[camera(name)],
            action="ADD",
            bizLocation={"id": facility},
            nguon__node=NODE,
            nguon__purpose="an toàn thực phẩm · 食品安全 · food hygiene",
            nguon__notice="Khu vực có camera · 本区域有摄像头 · This room is filmed",
            nguon__retentionDays=30,
        )
        cast.say("office", "camera", zone(facility, kind), events.document(event))


_PARTIES: tuple[tuple[str, str, str, str, dict[str, Json]], ...] = (
    (OFFICE, "office", "Sở Mẫu", "Sample provincial office", {}),
    (
        LAB,
        "laboratory",
        "Phòng kiểm nghiệm Mẫu",
        "Sample laboratory",
        {"standing": "accredited"},
    ),
    (
        PEER_LAB,
        "laboratory",
        "Phòng thử xưởng bạn",
        "Neighbour's laboratory",
        {"standing": "peer"},
    ),
    (PRINTER, "printer", "Xưởng in tem Mẫu", "Sample stamp printer", {}),
    (
        COOP,
        "cooperative",
        "HTX Nước mắm Mẫu",
        "Sample Fish Sauce Cooperative",
        {"phone": PHONE.format(1), "address": "Làng chài Mẫu"},
    ),
    (
        HOUSE,
        "household",
        "Hộ tôm khô Mẫu",
        "Sample Dried Shrimp Household",
        {"phone": PHONE.format(2), "address": "Bến Mẫu"},
    ),
    (
        WINE,
        "workshop",
        "Xưởng rượu nếp Mẫu",
        "Sample Rice Wine Workshop",
        {"phone": PHONE.format(3), "address": "Đồi Mẫu"},
    ),
)
_PRODUCTS: tuple[tuple[str, str, str, dict[str, Json], dict[str, Json]], ...] = (
    (
        "coop",
        SAUCE,
        "Nước mắm Mẫu 30°N",
        {"zh": "示例鱼露 30°N", "en": "Sample fish sauce 30°N"},
        {
            "netContent": "500 ml",
            "ingredients": "cá cơm, muối",
            "allergens": "cá",
            "storage": "Nơi khô mát, tránh nắng",
            "phone": PHONE.format(1),
        },
    ),
    (
        "coop",
        ANCHOVY,
        "Cá cơm rim lạc Mẫu",
        {"zh": "示例花生小鱼干", "en": "Sample braised anchovy with peanuts"},
        {
            "netContent": "200 g",
            "ingredients": "cá cơm, lạc, đường, nước mắm",
            "allergens": "cá, lạc",
            "storage": "Giữ lạnh 0-4 °C",
            "phone": PHONE.format(1),
        },
    ),
    (
        "house",
        SHRIMP,
        "Tôm khô Mẫu",
        {"zh": "示例虾干", "en": "Sample dried shrimp"},
        {
            "netContent": "200 g",
            "ingredients": "tôm, muối",
            "allergens": "tôm (giáp xác)",
            "storage": "Giữ lạnh, dùng trong 30 ngày sau khi mở",
            "phone": PHONE.format(2),
        },
    ),
    (
        "wine",
        SPIRIT,
        "Rượu nếp Mẫu 39 % vol",
        {"zh": "示例糯米酒 39 % vol", "en": "Sample rice wine 39 % vol"},
        {
            "netContent": "500 ml",
            "ingredients": "gạo nếp, men, nước",
            "phone": PHONE.format(3),
            "storage": "Nơi mát. Không bán cho người dưới 18 tuổi",
        },
    ),
    (
        "coop",
        GIFT,
        "Hộp quà Mẫu",
        {"zh": "示例礼盒", "en": "Sample gift box"},
        {
            "netContent": "1 chai + 1 gói",
            "ingredients": "xem từng món",
            "allergens": "cá, tôm",
            "phone": PHONE.format(1),
        },
    ),
)
_PROCESSES = (
    (
        "coop",
        "nuoc-mam",
        SAUCE,
        (
            ("mix", "Trộn cá với muối 3:1", "Mixing fish and salt 3:1", "raw"),
            ("ferment", "Ủ chượp 12-15 tháng", "Fermenting 12-15 months", "ferment"),
            ("draw", "Kéo rút", "Drawing", "process"),
            ("blend", "Pha đấu", "Blending", "process"),
            ("bottle", "Đóng chai", "Bottling", "pack"),
        ),
    ),
    (
        "house",
        "tom-kho",
        SHRIMP,
        (
            ("boil", "Luộc nước muối 3-4 %", "Boiling in 3-4 % brine", "process"),
            ("dry", "Sấy 45-55 °C", "Drying at 45-55 °C", "dry"),
            ("peel", "Bóc vỏ, phân loại", "Peeling, grading", "process"),
            ("pack", "Đóng gói", "Packing", "pack"),
        ),
    ),
    (
        "wine",
        "ruou-nep",
        SPIRIT,
        (
            ("soak", "Ngâm nếp 8-12 giờ", "Soaking 8-12 h", "raw"),
            ("steam", "Đồ xôi", "Steaming", "process"),
            ("ferment", "Lên men", "Fermenting", "ferment"),
            ("distil", "Chưng cất, bỏ rượu đầu", "Distilling, heads removed", "process"),
            ("bottle", "Đóng chai", "Bottling", "pack"),
        ),
    ),
)
_PAPERS: tuple[tuple[str, str, str, str, int, int, dict[str, Json]], ...] = (
    ("office", "ocop-sauce", SAUCE, "OCOP", 200, 895, {"number": "M-04", "stars": 4}),
    ("office", "safety-coop", COOP_PLACE, "food-safety", 500, 595, {"number": "M-11"}),
    ("house", "safety-house", HOUSE_PLACE, "food-safety", 1075, 20, {"number": "M-12"}),
    ("office", "ocop-shrimp", SHRIMP, "OCOP", 300, 795, {"number": "M-07", "stars": 3}),
    ("office", "licence-wine", WINE_PLACE, "spirits-licence", 1125, -30, {"number": "M-19"}),
)
