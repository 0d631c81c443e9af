"""The demo company Saebom (새봄), a fictional health and beauty retailer: teams, people, systems, components.

Only inputs are written here. What a reader of its repositories should conclude (owner, relations, gaps) is for the
ordinary modules to find.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property

MAIL_DOMAIN = "saebom.example"
NOREPLY_DOMAIN = "users.noreply.git.saebom.example"


@dataclass(frozen=True)
class Team:
    """A team and how many people ever worked in it; leavers are counted, and appear in history only."""

    name: str
    title: str
    title_ko: str
    people_count: int
    leavers_count: int = 0

    @property
    def slug(self) -> str:
        """The team's name on the Git host, as CODEOWNERS writes it without the leading at sign."""
        return f"saebom/team-{self.name}"


@dataclass(frozen=True)
class Person:
    """A person of the company; `emails` are the addresses in commits, the first being the one in the directory."""

    name: str
    given: str
    surname: str
    team: str
    emails: tuple[str, ...]
    left: bool = False

    @property
    def login(self) -> str:
        return self.name.replace(".", "-")

    @property
    def name_ko(self) -> str:
        return self.surname + self.given


@dataclass(frozen=True)
class System:
    """A group of repositories on the Git host; `domain` is None for what serves the whole company."""

    name: str
    title: str
    title_ko: str
    owner: str
    domain: str | None


@dataclass(frozen=True)
class Domain:
    name: str
    title: str
    title_ko: str
    owner: str


@dataclass(frozen=True)
class Component:
    """One component and its repository.

    `calls` are names of components it reaches over HTTP or gRPC, `subscribes` and `publishes` are Kafka topics, `uses`
    are physical names of resources other repositories declare. `activity` weighs the length of its history.
    """

    name: str
    team: str
    system: str
    title: str
    title_ko: str
    stack: str
    summary: str
    summary_ko: str
    calls: tuple[str, ...]
    subscribes: tuple[str, ...]
    publishes: tuple[str, ...]
    uses: tuple[str, ...]
    activity: int

    @cached_property
    def type(self) -> str:
        """`website` runs in a browser, `job` runs on a schedule, `service` runs all the time."""
        return {"next": "website", "vite": "website", "python-job": "job", "java-batch": "job"}.get(
            self.stack, "service"
        )

    @cached_property
    def language(self) -> str:
        first = self.stack.split("-", 1)[0]
        return {"next": "typescript", "vite": "typescript", "nest": "typescript", "express": "typescript"}.get(
            first, first
        )

    @cached_property
    def package(self) -> str:
        """The component's name as a Python or JVM package."""
        return self.name.replace("-", "_")

    @cached_property
    def has_listener(self) -> bool:
        """Whether it answers requests of others."""
        return self.stack not in {"python-job", "java-batch", "python-worker", "go-worker", "java-consumer"}

    def choice(self, question: str, options: tuple[str, ...]) -> str:
        """Return what this component's team settled on; the same in every company, as habits are."""
        digest = sum(ord(letter) * (place + 7) for place, letter in enumerate(self.name + question))
        return options[digest % len(options)]


TEAMS = (
    Team("storefront", "Storefront", "온라인몰", 9),
    Team("order", "Order", "주문", 8),
    Team("payment", "Payment", "결제", 6),
    Team("member", "Member", "회원", 6),
    Team("product", "Product", "상품", 5),
    Team("inventory", "Inventory and logistics", "재고·물류", 7),
    Team("store", "Store", "매장", 5, leavers_count=2),
    Team("data", "Data", "데이터", 5),
    Team("platform", "Platform", "플랫폼", 7),
)

DOMAINS = (
    Domain("online", "Online", "온라인", "storefront"),
    Domain("offline", "Offline", "오프라인", "store"),
)

SYSTEMS = (
    System("storefront", "Online mall", "온라인몰", "storefront", "online"),
    System("order", "Order", "주문", "order", "online"),
    System("payment", "Payment", "결제", "payment", "online"),
    System("member", "Member", "회원", "member", "online"),
    System("product", "Product", "상품", "product", "online"),
    System("inventory", "Inventory and logistics", "재고·물류", "inventory", "offline"),
    System("store", "Store", "매장", "store", "offline"),
    System("platform", "Data and platform", "데이터·플랫폼", "platform", None),
)

# name | team | system | stack | activity | title | Korean title
# . summary | Korean summary
# > components it calls   < topics it subscribes to   ^ topics it publishes   + resources of others it uses
_COMPONENTS = """
mall-web | storefront | storefront | next | 10 | Mall web | 온라인몰 웹
. The web shop customers see. | 고객이 보는 새봄 온라인몰 화면입니다.
> mall-bff
mall-bff | storefront | storefront | nest | 10 | Mall BFF | 몰 BFF
. Backend for the web shop and the app. | 온라인몰 웹과 앱이 부르는 BFF입니다.
> order-api cart-api product-api search-api recommend-api review-api member-api auth-api coupon-api gift-api
search-api | storefront | storefront | kotlin-spring | 6 | Search API | 검색 API
. Product search with Korean word analysis. | 한글 형태소 분석을 쓰는 상품 검색 서비스입니다.
> product-api price-api
< stock.changes.v1
recommend-api | storefront | storefront | python-api | 5 | Recommendation API | 추천 API
. Recommends products for a member or a page. | 회원과 화면에 맞는 상품을 추천합니다.
> feature-store product-api
review-api | storefront | storefront | python-api | 6 | Review API | 리뷰 API
. Product reviews, ratings and reports of abuse. | 상품 리뷰와 평점, 신고를 다룹니다.
> member-api order-api
event-banner | storefront | storefront | vite | 4 | Event banner | 이벤트 배너
. Banners and landing pages of events. | 기획전 배너와 이벤트 페이지입니다.
> promotion-api coupon-api
order-api | order | order | python-api | 12 | Order API | 주문 API
. Takes orders and keeps their state. | 주문을 받고 상태를 관리하는 서비스입니다.
> payment-api stock-api coupon-api member-api point-ledger
^ order.events.v1
cart-api | order | order | go-http | 6 | Cart API | 장바구니 API
. Shopping carts of members and guests. | 회원과 비회원의 장바구니를 다룹니다.
> product-api price-api stock-api
claim-api | order | order | kotlin-spring | 6 | Claim API | 클레임 API
. Cancellations, returns and exchanges. | 취소, 반품, 교환을 처리합니다.
> order-api payment-api delivery-api
delivery-api | order | order | nest | 5 | Delivery API | 배송 API
. Delivery tracking across carriers. | 택배사별 배송 상태를 한곳에서 보여줍니다.
> order-api today-delivery
gift-api | order | order | python-api | 5 | Gift API | 선물하기 API
. Gifts sent to a phone number. | 연락처로 선물을 보내고 받는 서비스입니다.
> order-api member-api
+ prod-notification-requests
order-worker | order | order | python-worker | 5 | Order worker | 주문 워커
. Works off order commands after payment. | 결제 뒤의 주문 명령을 처리하는 워커입니다.
> payment-api stock-api
< order.events.v1
+ prod-order-commands
payment-api | payment | payment | kotlin-spring | 8 | Payment API | 결제 API
. Approves, captures and refunds payments. | 결제 승인과 매입, 환불을 맡습니다.
> pg-adapter point-ledger
pg-adapter | payment | payment | java-grpc | 5 | PG adapter | PG 어댑터
. One face for the payment gateways we use. | 여러 PG사를 하나의 규격으로 감쌉니다.
settlement-batch | payment | payment | java-batch | 4 | Settlement batch | 정산 배치
. Daily settlement with gateways and stores. | PG사, 매장과의 일 정산을 돌립니다.
> payment-api order-api
point-ledger | payment | payment | go-grpc | 5 | Point ledger | 포인트 원장
. Double-entry ledger of member points. | 회원 포인트를 복식부기로 기록합니다.
> member-api
member-api | member | member | kotlin-spring | 7 | Member API | 회원 API
. Member profiles, addresses and consents. | 회원 정보와 배송지, 약관 동의를 관리합니다.
> auth-api membership-tier
auth-api | member | member | go-http | 6 | Auth API | 인증 API
. Sign-in, sessions and tokens. | 로그인과 세션, 토큰을 발급합니다.
+ prod-notification-requests
membership-tier | member | member | python-service | 3 | Membership tier | 멤버십 등급
. Computes the membership tier of members. | 구매 실적으로 회원 등급을 계산합니다.
> order-api point-ledger
< order.events.v1
coupon-api | member | member | python-api | 7 | Coupon API | 쿠폰 API
. Issues and redeems coupons. | 쿠폰을 발급하고 사용 처리합니다.
> member-api promotion-api
notification-api | member | member | express | 5 | Notification API | 알림 API
. Sends push, text messages and mail. | 푸시, 문자, 메일을 보냅니다.
> member-api
< order.events.v1
product-api | product | product | java-spring | 7 | Product API | 상품 API
. The product master and its categories. | 상품 마스터와 카테고리를 제공합니다.
> price-api
+ prod-product-images
price-api | product | product | go-grpc | 5 | Price API | 가격 API
. The price of a product at a moment. | 상품의 시점별 판매가를 계산합니다.
> promotion-api
promotion-api | product | product | python-api | 5 | Promotion API | 프로모션 API
. Promotions, their periods and rules. | 프로모션의 기간과 조건을 관리합니다.
> membership-tier
image-resizer | product | product | go-worker | 3 | Image resizer | 이미지 리사이저
. Makes product images in every size. | 상품 이미지를 화면별 크기로 만듭니다.
> product-api
stock-api | inventory | inventory | go-http | 9 | Stock API | 재고 API
. Stock by store and warehouse, and its holds. | 매장과 물류센터의 재고와 선점을 다룹니다.
> store-stock
warehouse-sync | inventory | inventory | python-job | 4 | Warehouse sync | 물류센터 동기화
. Brings warehouse stock in every ten minutes. | 10분마다 물류센터 재고를 맞춥니다.
> stock-api
today-delivery | inventory | inventory | kotlin-spring | 5 | Today delivery | 오늘드림 배송
. Delivery from a nearby store within the day. | 가까운 매장에서 당일 배송할 매장을 고릅니다.
> stock-api store-api
replenishment-batch | inventory | inventory | python-job | 4 | Replenishment batch | 매장 발주 배치
. Proposes nightly orders for each store. | 매장별 자동 발주량을 매일 밤 계산합니다.
> stock-api product-api store-api
stock-cdc-consumer | inventory | inventory | java-consumer | 5 | Stock CDC consumer | 재고 CDC 컨슈머
. Turns changes of the STORE database into events. | STORE DB의 변경을 재고 이벤트로 바꿉니다.
> stock-api
^ stock.changes.v1
pos-gateway | store | store | java-spring | 5 | POS gateway | POS 게이트웨이
. The door between tills and head office. | 매장 POS와 본사 시스템을 잇습니다.
> payment-api coupon-api point-ledger
store-api | store | store | express | 5 | Store API | 매장 API
. Stores, opening hours and services. | 매장 정보와 영업시간을 제공합니다.
pos-receipt | store | store | go-http | 3 | POS receipt | 전자영수증
. Electronic receipts from the tills. | POS 거래의 전자영수증을 보관합니다.
> member-api
store-stock | store | store | java-spring | 4 | Store stock | 매장 재고
. Stock counts and moves inside a store. | 매장 안의 재고 실사와 이동을 기록합니다.
> store-api
kiosk-web | store | store | vite | 4 | Kiosk | 매장 키오스크
. The screen of the kiosks in our stores. | 매장 키오스크 화면입니다.
> store-api product-api pos-gateway
event-collector | data | platform | go-http | 5 | Event collector | 이벤트 수집기
. Takes in what happens on web and app. | 웹과 앱의 행동 로그를 모읍니다.
^ clickstream.events.v1
feature-store | data | platform | python-service | 4 | Feature store | 피처 스토어
. Features for recommendation and search. | 추천과 검색에 쓰는 피처를 제공합니다.
< clickstream.events.v1 order.events.v1
bi-export | data | platform | python-job | 3 | BI export | BI 추출
. Daily extracts for the dashboards. | 경영 대시보드용 데이터를 매일 추출합니다.
+ prod-event-lake prod-settlement-files
homeport | platform | platform | python-service | 8 | Homeport | 홈포트
. Our developer platform and service catalog. | 개발자 플랫폼과 서비스 카탈로그입니다.
> auth-api
ci-runner | platform | platform | go-worker | 4 | CI runner | CI 러너
. Runs pipelines on our own machines. | 사내 파이프라인을 실행하는 러너입니다.
> homeport
"""

_SURNAMES = """
김 kim|이 lee|박 park|최 choi|정 jung|강 kang|조 cho|윤 yoon|장 jang|임 lim|한 han|오 oh|서 seo|신 shin|권 kwon|
황 hwang|안 ahn|송 song|류 ryu|홍 hong|문 moon|배 bae|백 baek|남 nam
"""

_GIVEN_NAMES = """
하늘 haneul|서연 seoyeon|민준 minjun|지우 jiwoo|도윤 doyun|하은 haeun|준서 junseo|수아 sua|시우 siwoo|
지민 jimin|예준 yejun|서현 seohyun|주원 juwon|채원 chaewon|건우 gunwoo|유진 yujin|현우 hyunwoo|다은 daeun|
우진 woojin|소율 soyul|선우 sunwoo|은지 eunji|태윤 taeyun|나연 nayeon|승현 seunghyun|가은 gaeun|재원 jaewon|
보미 bomi|정훈 junghoon|혜린 hyerin|성민 sungmin|아름 areum|동현 donghyun|유나 yuna|경수 kyungsoo|미래 mirae|
상우 sangwoo|지혜 jihye|영호 youngho|수빈 subin|기현 kihyun|세영 seyoung|민석 minseok|한별 hanbyul|진우 jinwoo|
예린 yerin|찬영 chanyoung|다인 dain|원준 wonjun|슬기 seulgi|태호 taeho|주희 juhee|규민 gyumin|윤아 yoona|
형진 hyungjin|단비 danbi|인성 insung|효주 hyoju|종민 jongmin|이슬 iseul|석진 seokjin|라온 raon|명훈 myunghoon|
새론 saeron|호연 hoyeon|지안 jian|무영 mooyoung|온유 onyu
"""


def _pairs(text: str) -> list[tuple[str, str]]:
    words = (pair.split() for pair in text.replace("\n", "").split("|"))
    return [(korean, latin) for korean, latin in words]


def _component(lines: list[str]) -> Component:
    name, team, system, stack, activity, title, title_ko = lines[0].split(" | ")
    summary, summary_ko = lines[1][2:].split(" | ")
    links = {line[0]: tuple(line[2:].split()) for line in lines[2:]}
    return Component(
        name=name,
        team=team,
        system=system,
        stack=stack,
        activity=int(activity),
        title=title,
        title_ko=title_ko,
        summary=summary,
        summary_ko=summary_ko,
        calls=links.get(">", ()),
        subscribes=links.get("<", ()),
        publishes=links.get("^", ()),
        uses=links.get("+", ()),
    )


def _components() -> tuple[Component, ...]:
    blocks: list[list[str]] = []
    for line in _COMPONENTS.strip().splitlines():
        if line[0] in ".><^+":
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return tuple(_component(block) for block in blocks)


COMPONENTS = _components()
COMPONENT_BY_NAME = {component.name: component for component in COMPONENTS}
TEAM_BY_NAME = {team.name: team for team in TEAMS}


def people(seed: int) -> tuple[Person, ...]:
    """Return the 58 people of the company, team by team; a team's leavers come last in it."""
    rng = random.Random(f"people {seed}")
    surnames, given_names = _pairs(_SURNAMES), _pairs(_GIVEN_NAMES)
    drawn = iter(rng.sample(given_names, sum(team.people_count for team in TEAMS)))
    found: list[Person] = []
    for team in TEAMS:
        stay_count = team.people_count - team.leavers_count
        for place in range(team.people_count):
            (given, given_latin), (surname, surname_latin) = next(drawn), rng.choice(surnames)
            name = f"{given_latin}.{surname_latin}"
            emails = [f"{name}@{MAIL_DOMAIN}"]
            if place < stay_count and rng.random() < 0.25:
                emails.append(f"{1000 + len(found) * 37}+{given_latin}-{surname_latin}@{NOREPLY_DOMAIN}")
            found.append(Person(name, given, surname, team.name, tuple(emails), left=place >= stay_count))
    return tuple(found)
