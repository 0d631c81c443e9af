"""What each component of Saebom does: the thing it keeps, and the operations, pages or steps it was given over time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from homeport.demo.wording import camel, pascal, snake


@dataclass(frozen=True)
class Field:
    """A field of a record; `type` is one of string, integer, number, boolean, datetime, list."""

    name: str
    type: str
    title_ko: str


@dataclass(frozen=True)
class Operation:
    """One thing a component does: a request it answers, a page it shows (PAGE) or a step of a job (STEP)."""

    method: str
    path: str
    name: str
    summary: str
    summary_ko: str

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names in the path, in order, in camelCase."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @cached_property
    def snake(self) -> str:
        return snake(self.name)

    @cached_property
    def pascal(self) -> str:
        return pascal(self.name)

    @cached_property
    def has_body(self) -> bool:
        return self.method in {"POST", "PUT", "PATCH"}

    @cached_property
    def answers_list(self) -> bool:
        return self.method == "GET" and not self.path.endswith("}") and self.name.startswith(("list", "search", "find"))


@dataclass(frozen=True)
class Interface:
    """The record a component is about and its operations in the order its team built them."""

    noun: str
    fields: tuple[Field, ...]
    operations: tuple[Operation, ...]

    @cached_property
    def variable(self) -> str:
        return camel(self.noun)

    @cached_property
    def snake(self) -> str:
        return snake(self.noun)


# component | noun
# . field:type:Korean title, ...
# METHOD path | name | summary | Korean summary
_INTERFACES = """
mall-web | Page
. path:string:경로, title:string:제목
PAGE / | home | Home | 홈
PAGE /products/[id] | product | Product | 상품 상세
PAGE /search | search | Search | 검색
PAGE /cart | cart | Cart | 장바구니
PAGE /checkout | checkout | Checkout | 주문서
PAGE /my/orders | myOrders | My orders | 주문 내역
PAGE /my/reviews | myReviews | My reviews | 내 리뷰
PAGE /gift/[token] | gift | Gift | 선물 받기
mall-bff | HomeView
. sectionId:string:구역, title:string:제목, productIds:list:상품 목록
GET /home | getHome | Sections of the home page | 홈 화면 구성
GET /products/{productId} | getProductView | Product page | 상품 상세 화면
GET /search | searchProducts | Search results | 검색 결과 화면
POST /checkout | startCheckout | Start a checkout | 주문서 만들기
GET /my/orders | listMyOrders | Orders of the signed-in member | 내 주문 목록
GET /my/coupons | listMyCoupons | Coupons of the signed-in member | 내 쿠폰 목록
search-api | SearchHit
. productId:string:상품 번호, name:string:상품명, score:number:점수, brand:string:브랜드
GET /search | searchProducts | Search products | 상품 검색
GET /suggest | listSuggestions | Suggest words | 자동 완성
GET /popular | listPopularWords | Popular words | 인기 검색어
POST /synonyms | createSynonym | Add a synonym | 동의어 추가
DELETE /synonyms/{word} | deleteSynonym | Remove a synonym | 동의어 삭제
recommend-api | Recommendation
. productId:string:상품 번호, score:number:점수, reason:string:추천 이유
GET /members/{memberId}/recommendations | listForMember | Recommendations for a member | 회원별 추천
GET /products/{productId}/similar | listSimilar | Similar products | 비슷한 상품
POST /feedback | createFeedback | Record a reaction | 추천 반응 기록
GET /slots/{slotId} | getSlot | Recommendations of a page slot | 구좌별 추천
review-api | Review
. reviewId:string:리뷰 번호, productId:string:상품 번호, memberId:string:회원 번호
. rating:integer:평점, body:string:내용
GET /products/{productId}/reviews | listReviews | Reviews of a product | 상품 리뷰 목록
GET /reviews/{reviewId} | getReview | One review | 리뷰 조회
POST /reviews | createReview | Write a review | 리뷰 작성
PATCH /reviews/{reviewId} | updateReview | Change a review | 리뷰 수정
POST /reviews/{reviewId}/reports | reportReview | Report a review | 리뷰 신고
DELETE /reviews/{reviewId} | deleteReview | Delete a review | 리뷰 삭제
event-banner | Banner
. bannerId:string:배너 번호, title:string:제목, imagePath:string:이미지
PAGE /events | events | Events | 기획전 목록
PAGE /events/:id | event | Event | 기획전 상세
PAGE /coupons | coupons | Coupon zone | 쿠폰존
PAGE /attendance | attendance | Daily check-in | 출석 체크
order-api | Order
. orderId:string:주문 번호, memberId:string:회원 번호, status:string:상태
. totalAmount:integer:결제 금액, orderedAt:datetime:주문 시각
POST /orders | createOrder | Place an order | 주문하기
GET /orders/{orderId} | getOrder | One order | 주문 조회
GET /members/{memberId}/orders | listOrders | Orders of a member | 회원 주문 목록
POST /orders/{orderId}/cancel | cancelOrder | Cancel an order | 주문 취소
POST /orders/{orderId}/confirm | confirmOrder | Confirm the purchase | 구매 확정
PATCH /orders/{orderId}/address | changeAddress | Change the delivery address | 배송지 변경
POST /orders/estimate | estimateOrder | Estimate the amount with coupons | 쿠폰 적용 예상 금액
GET /orders/{orderId}/history | listHistory | State changes of an order | 주문 상태 이력
cart-api | CartItem
. itemId:string:항목 번호, productId:string:상품 번호, quantity:integer:수량, selected:boolean:선택 여부
GET /carts/{cartId}/items | listItems | Items of a cart | 장바구니 항목
POST /carts/{cartId}/items | addItem | Put a product in the cart | 장바구니 담기
PATCH /carts/{cartId}/items/{itemId} | changeQuantity | Change a quantity | 수량 변경
DELETE /carts/{cartId}/items/{itemId} | removeItem | Take an item out | 항목 삭제
POST /carts/{cartId}/merge | mergeCart | Merge a guest cart after sign-in | 비회원 장바구니 합치기
claim-api | Claim
. claimId:string:클레임 번호, orderId:string:주문 번호, type:string:종류
. reason:string:사유, refundAmount:integer:환불 금액
POST /claims | createClaim | Ask for a cancellation, return or exchange | 클레임 접수
GET /claims/{claimId} | getClaim | One claim | 클레임 조회
GET /orders/{orderId}/claims | listClaims | Claims of an order | 주문별 클레임
POST /claims/{claimId}/approve | approveClaim | Approve a claim | 클레임 승인
POST /claims/{claimId}/collect | requestCollection | Have the parcel collected | 회수 요청
POST /claims/{claimId}/withdraw | withdrawClaim | Withdraw a claim | 클레임 철회
delivery-api | Delivery
. deliveryId:string:배송 번호, orderId:string:주문 번호, carrier:string:택배사
. invoiceNo:string:송장 번호, status:string:상태
GET /deliveries/{deliveryId} | getDelivery | One delivery | 배송 조회
GET /orders/{orderId}/deliveries | listDeliveries | Deliveries of an order | 주문별 배송
POST /deliveries | createDelivery | Hand a parcel to a carrier | 배송 등록
POST /deliveries/{deliveryId}/events | addTrackingEvent | Take in a carrier's tracking event | 배송 추적 수신
GET /carriers | listCarriers | Carriers | 택배사 목록
gift-api | Gift
. giftId:string:선물 번호, orderId:string:주문 번호, receiverName:string:받는 분
. message:string:메시지, expiresAt:datetime:수락 기한
POST /gifts | createGift | Send a gift | 선물 보내기
GET /gifts/{giftId} | getGift | One gift | 선물 조회
POST /gifts/{giftId}/accept | acceptGift | Accept a gift with an address | 선물 수락
POST /gifts/{giftId}/decline | declineGift | Decline a gift | 선물 거절
GET /members/{memberId}/gifts | listGifts | Gifts a member sent | 보낸 선물 목록
order-worker | OrderCommand
. commandId:string:명령 번호, orderId:string:주문 번호, name:string:명령
STEP - | capturePayment | Capture the payment | 결제 매입
STEP - | holdStock | Hold the stock | 재고 선점
STEP - | requestDelivery | Ask for delivery | 배송 요청
STEP - | expireUnpaid | Expire unpaid orders | 미결제 주문 만료
STEP - | retryFailed | Retry failed commands | 실패 명령 재시도
payment-api | Payment
. paymentId:string:결제 번호, orderId:string:주문 번호, method:string:결제 수단
. amount:integer:금액, status:string:상태
POST /payments | createPayment | Approve a payment | 결제 승인
GET /payments/{paymentId} | getPayment | One payment | 결제 조회
POST /payments/{paymentId}/capture | capturePayment | Capture a payment | 결제 매입
POST /payments/{paymentId}/refunds | refundPayment | Refund all or part | 환불
GET /orders/{orderId}/payments | listPayments | Payments of an order | 주문별 결제
GET /methods | listMethods | Payment methods | 결제 수단 목록
pg-adapter | Approval
. approvalNo:string:승인 번호, gateway:string:PG사, amount:integer:금액, approvedAt:datetime:승인 시각
POST /approve | approve | Approve with a gateway | PG 승인
POST /capture | capture | Capture with a gateway | PG 매입
POST /cancel | cancel | Cancel with a gateway | PG 취소
GET /approval | getApproval | Look an approval up | 승인 조회
settlement-batch | Settlement
. settlementId:string:정산 번호, baseDate:string:기준일, amount:integer:금액
STEP - | loadPayments | Load the day's payments | 일 결제 적재
STEP - | loadGatewayFiles | Load the gateways' files | PG 대사 파일 적재
STEP - | reconcile | Reconcile both sides | 대사
STEP - | splitFees | Split the fees by store | 매장별 수수료 계산
STEP - | writeVouchers | Write accounting vouchers | 전표 생성
point-ledger | PointEntry
. entryId:string:분개 번호, memberId:string:회원 번호, amount:integer:포인트, reason:string:사유
POST /earn | earnPoints | Earn points | 포인트 적립
POST /spend | spendPoints | Spend points | 포인트 사용
GET /balance | getBalance | Balance of a member | 잔액 조회
GET /entries | listEntries | Entries of a member | 적립/사용 내역
POST /expire | expirePoints | Expire old points | 포인트 소멸
member-api | Member
. memberId:string:회원 번호, nickname:string:별명, tier:string:등급, joinedAt:datetime:가입일
GET /members/{memberId} | getMember | One member | 회원 조회
POST /members | createMember | Join | 회원 가입
PATCH /members/{memberId} | updateMember | Change a profile | 회원 정보 수정
GET /members/{memberId}/addresses | listAddresses | Delivery addresses | 배송지 목록
PUT /members/{memberId}/consents | updateConsents | Change consents | 약관 동의 변경
POST /members/{memberId}/leave | leaveMember | Leave | 회원 탈퇴
auth-api | Session
. sessionId:string:세션 번호, memberId:string:회원 번호, expiresAt:datetime:만료 시각
POST /login | login | Sign in | 로그인
POST /logout | logout | Sign out | 로그아웃
POST /token/refresh | refreshToken | Refresh a token | 토큰 갱신
GET /sessions/{sessionId} | getSession | One session | 세션 조회
POST /verify | verifyPhone | Verify a phone number | 휴대폰 인증
membership-tier | Tier
. memberId:string:회원 번호, tier:string:등급, yearAmount:integer:연 구매액
GET /tiers/{memberId} | getTier | Tier of a member | 회원 등급 조회
POST /tiers/recompute | recomputeTiers | Recompute tiers | 등급 재계산
GET /policies | listPolicies | Tier policies | 등급 기준
coupon-api | Coupon
. couponId:string:쿠폰 번호, memberId:string:회원 번호, discountRate:integer:할인율
. minimumAmount:integer:최소 금액, expiresAt:datetime:만료일
GET /members/{memberId}/coupons | listCoupons | Coupons of a member | 회원 쿠폰함
POST /coupons | issueCoupon | Issue a coupon | 쿠폰 발급
GET /coupons/{couponId} | getCoupon | One coupon | 쿠폰 조회
POST /coupons/{couponId}/redeem | redeemCoupon | Redeem a coupon | 쿠폰 사용
POST /coupons/{couponId}/restore | restoreCoupon | Give a coupon back after a claim | 쿠폰 복원
POST /coupons/estimate | estimateDiscount | Estimate a discount | 할인 예상 금액
notification-api | Notification
. notificationId:string:알림 번호, memberId:string:회원 번호, channel:string:채널, body:string:내용
POST /notifications | sendNotification | Send a notification | 알림 발송
GET /members/{memberId}/notifications | listNotifications | Notifications of a member | 알림함
PUT /members/{memberId}/channels | updateChannels | Choose channels | 수신 채널 설정
GET /templates | listTemplates | Message templates | 알림 템플릿
product-api | Product
. productId:string:상품 번호, name:string:상품명, brand:string:브랜드
. categoryId:string:카테고리, onSale:boolean:판매 여부
GET /products/{productId} | getProduct | One product | 상품 조회
GET /products | listProducts | Products of a category | 상품 목록
GET /categories | listCategories | Categories | 카테고리 목록
POST /products | createProduct | Register a product | 상품 등록
PATCH /products/{productId} | updateProduct | Change a product | 상품 수정
POST /products/{productId}/suspend | suspendProduct | Take a product off sale | 판매 중지
price-api | Price
. productId:string:상품 번호, listPrice:integer:정가, salePrice:integer:판매가, validFrom:datetime:적용 시작
GET /price | getPrice | Price of a product now | 판매가 조회
GET /prices | listPrices | Prices of many products | 판매가 일괄 조회
POST /schedule | schedulePrice | Schedule a price | 가격 예약
GET /history | listHistory | Price history | 가격 이력
promotion-api | Promotion
. promotionId:string:프로모션 번호, title:string:제목, startsAt:datetime:시작, endsAt:datetime:종료, rule:string:조건
GET /promotions | listPromotions | Running promotions | 진행 중 프로모션
GET /promotions/{promotionId} | getPromotion | One promotion | 프로모션 조회
POST /promotions | createPromotion | Plan a promotion | 프로모션 등록
POST /promotions/{promotionId}/close | closePromotion | Close a promotion | 프로모션 종료
POST /promotions/match | matchPromotions | Promotions a cart qualifies for | 장바구니 적용 프로모션
image-resizer | ImageJob
. key:string:키, width:integer:너비, format:string:형식
STEP - | fetchOriginal | Fetch the original | 원본 내려받기
STEP - | resize | Resize to every width | 크기별 변환
STEP - | encodeWebp | Encode as WebP | WebP 변환
STEP - | publish | Publish to the bucket | 결과 올리기
stock-api | Stock
. productId:string:상품 번호, locationId:string:위치, available:integer:가용 수량, held:integer:선점 수량
GET /stocks/{productId} | getStock | Stock of a product by location | 상품 재고 조회
POST /stocks/{productId}/holds | holdStock | Hold stock for an order | 재고 선점
DELETE /stocks/{productId}/holds/{holdId} | releaseHold | Release a hold | 선점 해제
GET /stores/{storeId}/stocks | listStoreStocks | Stock of a store | 매장 재고 목록
POST /stocks/{productId}/adjust | adjustStock | Adjust after a count | 재고 조정
GET /stocks | searchStocks | Stock of many products | 재고 일괄 조회
warehouse-sync | WarehouseStock
. sku:string:SKU, warehouseId:string:센터, quantity:integer:수량
STEP - | fetchWarehouse | Fetch the warehouse's stock | 센터 재고 조회
STEP - | compareStock | Compare with our stock | 재고 비교
STEP - | applyDifferences | Apply the differences | 차이 반영
STEP - | reportDifferences | Report large differences | 큰 차이 알림
today-delivery | DeliverySlot
. slotId:string:구간, storeId:string:매장, startsAt:datetime:시작, remaining:integer:남은 수
GET /slots | listSlots | Slots near an address | 주소별 배송 구간
POST /slots/{slotId}/reserve | reserveSlot | Reserve a slot | 구간 예약
DELETE /slots/{slotId}/reserve | cancelSlot | Cancel a reservation | 예약 취소
GET /stores/candidates | findStores | Stores that can deliver | 배송 가능 매장
replenishment-batch | Proposal
. storeId:string:매장, productId:string:상품 번호, quantity:integer:발주량
STEP - | loadSales | Load four weeks of sales | 4주 판매 적재
STEP - | forecastDemand | Forecast the demand | 수요 예측
STEP - | computeProposals | Compute order proposals | 발주량 계산
STEP - | sendProposals | Send the proposals to stores | 발주 제안 전송
stock-cdc-consumer | StockChange
. productId:string:상품 번호, storeId:string:매장, before:integer:이전 수량, after:integer:이후 수량
STEP - | readChange | Read a change | 변경 읽기
STEP - | mapStore | Map the store number | 매장 코드 변환
STEP - | publishChange | Publish an event | 이벤트 발행
STEP - | parkBroken | Park what cannot be read | 읽지 못한 변경 보관
pos-gateway | Transaction
. transactionNo:string:거래 번호, storeId:string:매장, tillNo:string:POS 번호, amount:integer:금액
POST /transactions | createTransaction | Take in a till transaction | POS 거래 수신
GET /transactions/{transactionNo} | getTransaction | One transaction | 거래 조회
POST /transactions/{transactionNo}/void | voidTransaction | Void a transaction | 거래 취소
POST /tills/{tillNo}/open | openTill | Open a till | POS 개점
POST /tills/{tillNo}/close | closeTill | Close a till | POS 마감
store-api | Store
. storeId:string:매장 번호, name:string:매장명, address:string:주소
. opensAt:string:여는 시각, closesAt:string:닫는 시각
GET /stores | listStores | Stores near a place | 주변 매장
GET /stores/{storeId} | getStore | One store | 매장 조회
GET /stores/{storeId}/hours | listHours | Opening hours | 영업시간
PATCH /stores/{storeId} | updateStore | Change a store | 매장 정보 수정
GET /stores/{storeId}/services | listServices | Services of a store | 매장 서비스
pos-receipt | Receipt
. receiptNo:string:영수증 번호, storeId:string:매장, amount:integer:금액, issuedAt:datetime:발행 시각
GET /receipts/{receiptNo} | getReceipt | One receipt | 영수증 조회
POST /receipts | createReceipt | Keep a receipt | 영수증 저장
GET /members/{memberId}/receipts | listReceipts | Receipts of a member | 회원 영수증 목록
store-stock | StockCount
. countId:string:실사 번호, storeId:string:매장, productId:string:상품 번호, counted:integer:실사 수량
GET /stores/{storeId}/counts | listCounts | Counts of a store | 실사 목록
POST /stores/{storeId}/counts | createCount | Record a count | 실사 등록
POST /moves | moveStock | Move stock between shelves | 재고 이동
GET /stores/{storeId}/stocks/{productId} | getStoreStock | Stock of a product in a store | 매장 상품 재고
kiosk-web | Screen
. name:string:이름, title:string:제목
PAGE / | home | Start | 시작 화면
PAGE /find | findProduct | Find a product | 상품 찾기
PAGE /map | storeMap | Store map | 매장 지도
PAGE /member | memberPoints | Points | 포인트 조회
event-collector | ClientEvent
. eventId:string:이벤트 번호, name:string:이름, sessionId:string:세션, occurredAt:datetime:발생 시각
POST /collect | collectEvents | Take in a batch of events | 이벤트 묶음 수신
GET /schemas | listSchemas | Known event schemas | 이벤트 스키마 목록
POST /schemas | registerSchema | Register a schema | 스키마 등록
feature-store | Feature
. name:string:이름, entityId:string:대상, value:number:값, computedAt:datetime:계산 시각
GET /features/{entityId} | getFeatures | Features of a member or product | 피처 조회
POST /features | writeFeatures | Write features | 피처 기록
GET /feature-sets | listFeatureSets | Feature sets | 피처셋 목록
bi-export | Extract
. table:string:표, baseDate:string:기준일, rowCount:integer:행 수
STEP - | extractOrders | Extract orders | 주문 추출
STEP - | extractSettlements | Extract settlements | 정산 추출
STEP - | maskMembers | Mask member fields | 회원 정보 가리기
STEP - | writeParquet | Write Parquet files | Parquet 저장
homeport | Entity
. name:string:이름, kind:string:종류, owner:string:담당
GET /entities | listEntities | Entities of the catalog | 카탈로그 목록
GET /entities/{name} | getEntity | One entity | 카탈로그 조회
POST /refresh | refreshCatalog | Refresh the catalog | 카탈로그 새로 고침
GET /scorecards/{name} | getScorecard | Scorecard of an entity | 스코어카드 조회
ci-runner | Job
. jobId:string:작업 번호, repository:string:저장소, status:string:상태
STEP - | pollJobs | Poll for jobs | 작업 가져오기
STEP - | prepareWorkspace | Prepare a workspace | 작업 공간 준비
STEP - | runSteps | Run the steps | 단계 실행
STEP - | uploadLogs | Upload the logs | 로그 올리기
STEP - | cleanUp | Clean up | 정리
"""


def _field(text: str) -> Field:
    name, type_, title_ko = text.strip().split(":")
    return Field(name, type_, title_ko)


def _operation(line: str) -> Operation:
    route, name, summary, summary_ko = line.split(" | ")
    method, path = route.split(" ")
    return Operation(method, path, name, summary, summary_ko)


def _interface(lines: list[str]) -> Interface:
    described = ", ".join(line[2:] for line in lines if line.startswith(". "))
    return Interface(
        noun=lines[0].split(" | ")[1],
        fields=tuple(_field(text) for text in described.split(",")),
        operations=tuple(_operation(line) for line in lines[1:] if not line.startswith(". ")),
    )


def _interfaces() -> dict[str, Interface]:
    blocks: list[list[str]] = []
    for line in _INTERFACES.strip().splitlines():
        first = line.split(" ", 1)[0]
        if first.isupper() or first == ".":
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return {lines[0].split(" | ")[0]: _interface(lines) for lines in blocks}


INTERFACES = _interfaces()
