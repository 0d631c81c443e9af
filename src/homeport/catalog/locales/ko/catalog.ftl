## 목록

catalog-title = 카탈로그
catalog-lead = 조직에서 운영하는 서비스, API, 리소스와 담당 팀을 한눈에 봅니다.
catalog-kinds = 종류
catalog-kinds-all = 전체
catalog-kinds-component = 컴포넌트
catalog-kinds-api = API
catalog-kinds-resource = 리소스
catalog-kinds-system = 시스템
catalog-kinds-domain = 도메인
catalog-kinds-group = 팀
catalog-kinds-user = 사람
catalog-kinds-template = 템플릿
catalog-kinds-location = 위치
catalog-filter = 이름, 제목, owner:팀
catalog-total = { $total }개 중 { $shown }개
catalog-empty = 아직 등록된 항목이 없습니다. Git 저장소나 카탈로그 파일을 알려 주면 YAML이 없어도 서비스, API, 리소스와 담당 팀을 찾아냅니다.
catalog-demo-link = 데모 회사로 둘러보기
catalog-no-match = 조건에 맞는 항목이 없습니다.
catalog-clear = 필터 지우기
catalog-everything = 전체 보기
catalog-stat-entities = 등록 항목
catalog-stat-kinds = { $count }가지 종류
catalog-stat-owned = 담당 팀 지정
catalog-stat-unowned =
    { $count ->
        [0] 모두 담당 팀이 있습니다
       *[other] { $count }개는 담당 팀 없음
    }
catalog-stat-confirm = 확인 필요
catalog-stat-confirm-note = 추정값의 신뢰도가 낮음
catalog-stat-confirmed = 확인할 항목 없음
catalog-stat-findings = 미해결 발견 사항
catalog-stat-severe =
    { $count ->
        [0] 심각·높음 없음
       *[other] 심각·높음 { $count }건
    }
catalog-column-name = 이름
catalog-column-kind = 종류
catalog-column-type = 유형
catalog-column-owner = 담당
catalog-column-system = 시스템
catalog-column-lifecycle = 단계
catalog-column-language = 언어
catalog-column-source = 출처
catalog-column-findings = 발견 사항
catalog-column-relation = 관계
catalog-column-entity = 대상
catalog-column-repositories = 저장소
catalog-column-entities = 항목
catalog-column-again = 작업
catalog-facet-none = 없음
catalog-facet-me = 내 담당
catalog-values-title = { $facet }의 모든 값
catalog-values-lead = 항목이 많은 순서입니다. 누르면 목록의 필터에 더하거나 뺍니다.
catalog-values-find = 값 찾기
catalog-origin-yaml = 파일
catalog-origin-inferred = 자동
catalog-least-sure = 가장 불확실한 값의 신뢰도(0~1)
catalog-confirm = 확인
catalog-no-owner = 담당 없음
catalog-not-known = { $name }{ PARTICLE($name, "은/는") } 카탈로그에 없습니다
catalog-unknown-entity = 카탈로그에 없음

## 권한

catalog-who-may = { $role } 이상의 역할이 필요합니다.
catalog-who-may-owner = 담당인 { $owner } 소속이거나 { $role } 이상의 역할이어야 합니다.
catalog-role-viewer = 조회자
catalog-role-developer = 개발자
catalog-role-operator = 운영자
catalog-role-admin = 관리자

## 상세

catalog-tabs = 상세 보기
catalog-tab-overview = 개요
catalog-tab-dependencies = 의존 관계
catalog-tab-api = API
catalog-tab-findings = 발견 사항
catalog-tab-activity = 활동
catalog-tab-yaml = YAML
catalog-about = 기본 정보
catalog-links = 링크
catalog-relations = 관계
catalog-around = 주변 관계
catalog-entities-count = { $count }개
catalog-people-count = { $count }명
catalog-show-all = { $count }개 모두 보기
catalog-ancestry = 어디에서 왔는지
catalog-is-stale = 오래됨
catalog-stale = 오래된 정보일 수 있습니다
catalog-missing-lead = 설명은 있지만 카탈로그에서 제외된 항목입니다. 이유와 고치는 방법은 다음과 같습니다.
catalog-unknown = 알 수 없음
catalog-said-by = { $name } 확인
catalog-refused = 아니라고 답함
catalog-correct-field = { $field } 바로잡기
catalog-first-seen = 처음 발견
catalog-due = 기한
catalog-no-activity = 카탈로그에 등록된 뒤로 바뀐 것이 없습니다.
catalog-no-findings = 발견 사항 없음

## 질문

catalog-questions = 이 값이 맞습니까?
catalog-questions-count = 질문 { $count }개
catalog-questions-more = 질문 { $count }개 더 보기
catalog-someone-else = 다른 팀입니다
catalog-right-after-all = 맞는 값으로 되돌리기
catalog-rather = 이 값이 맞음
catalog-owner-is = 담당 팀
catalog-owner-unknown = 담당을 알아내지 못했습니다. 어느 팀이 담당합니까?
catalog-set-owner = 담당 지정
catalog-notice-confirmed = 고맙습니다. { $name }의 값을 { $value }{ PARTICLE($value, "으로/로") } 확정했습니다.
catalog-notice-wrong = { $name }의 값이 { $value }{ PARTICLE($value, "이/가") } 아님을 기록했습니다.

## 항목 값

catalog-field-name = 이름
catalog-field-kind = 종류
catalog-field-owner = 담당
catalog-field-system = 시스템
catalog-field-type = 유형
catalog-field-lifecycle = 단계
catalog-field-language = 언어
catalog-field-title = 제목
catalog-field-title-ko = 한국어 제목
catalog-field-description = 설명
catalog-field-tags = 태그
catalog-field-domain = 도메인
catalog-field-parent = 상위 팀
catalog-field-subcomponent-of = 상위 컴포넌트
catalog-field-depends-on = 의존 대상
catalog-field-dependency-of = 의존하는 쪽
catalog-field-provides-apis = 제공 API
catalog-field-consumes-apis = 사용 API
catalog-field-members = 구성원
catalog-field-member-of = 소속
catalog-field-children = 하위 팀

## 값의 출처

catalog-from-yaml = YAML
catalog-from-confirmed = 사람이 확인
catalog-from-codeowners = CODEOWNERS
catalog-from-component = 같은 저장소의 컴포넌트
catalog-from-commits = 커밋 기록
catalog-from-manifest = 패키지 정보
catalog-from-readme = README
catalog-from-openapi = OpenAPI
catalog-from-asyncapi = AsyncAPI
catalog-from-grpc = Protobuf
catalog-from-graphql = GraphQL
catalog-from-cloudformation = CloudFormation
catalog-from-terraform = Terraform
catalog-from-compose = Compose
catalog-from-helm = Helm
catalog-from-kubernetes = Kubernetes
catalog-from-serverless = Serverless
catalog-from-env = 환경 변수
catalog-from-configuration = 설정 파일
catalog-from-dockerfile = Dockerfile
catalog-from-layout = 파일 구성
catalog-from-path = 폴더 위치

## 관계(이 항목의 처지에서)

catalog-relation-ownedBy = 담당
catalog-relation-ownerOf = 담당하는 항목
catalog-relation-partOf = 소속
catalog-relation-hasPart = 구성 항목
catalog-relation-providesApi = 제공
catalog-relation-apiProvidedBy = 제공하는 쪽
catalog-relation-consumesApi = 사용
catalog-relation-apiConsumedBy = 사용하는 쪽
catalog-relation-dependsOn = 의존
catalog-relation-dependencyOf = 의존하는 쪽
catalog-relation-parentOf = 하위 팀
catalog-relation-childOf = 상위 팀
catalog-relation-memberOf = 소속 팀
catalog-relation-hasMember = 구성원

## 그래프

catalog-graph = 관계 그래프
catalog-graph-lead = 무엇이 무엇에 의존하고, 누가 담당하고, 어디에 속하는지 보여 줍니다. 상자를 누르면 그곳을 중심으로 이어서 볼 수 있습니다.
catalog-graph-focus = 중심 항목
catalog-graph-show = 보기
catalog-graph-of = { $name }의 관계
catalog-graph-description = { $name }{ PARTICLE($name, "과/와") } 주변 항목 { $count }개입니다. 화살표는 필요로 하는 대상을 가리킵니다.
catalog-graph-relations = 표시할 관계
catalog-graph-dependsOn = 의존
catalog-graph-providesApi = API 제공
catalog-graph-consumesApi = API 사용
catalog-graph-partOf = 구성
catalog-graph-ownedBy = 담당
catalog-graph-parentOf = 상위 팀
catalog-graph-memberOf = 소속 팀
catalog-graph-all = 전체
catalog-graph-depth = 범위
catalog-graph-steps = { $count }단계
catalog-graph-more = 외 { $count }개
catalog-graph-cut = 가까운 항목 { $count }개만 표시했습니다. 단계나 관계를 줄이면 빠짐없이 볼 수 있습니다.
catalog-graph-empty = { $name }{ PARTICLE($name, "과/와") } 이어진 항목이 없습니다. 위에서 다른 관계를 골라 보십시오.
catalog-edge-dependsOn = 의존
catalog-edge-providesApi = 제공
catalog-edge-consumesApi = 사용
catalog-edge-partOf = 소속
catalog-edge-ownedBy = 담당
catalog-edge-parentOf = 상위
catalog-edge-memberOf = 구성원

## API

catalog-api-version = 버전 { $version }
catalog-api-operations = 연산 { $count }개
catalog-api-raw = 정의 원문
catalog-api-broken = 정의를 읽을 수 없습니다
catalog-api-untagged = 연산
catalog-api-parameters = 매개변수
catalog-api-request = 요청
catalog-api-response = 응답
catalog-api-deprecated = 사용 중단 예정
catalog-api-needs = { $schemes } 필요
catalog-api-left-out = 나머지 연산 { $count }개는 아래 정의 원문에서 볼 수 있습니다.

## 문서

catalog-yaml-lead = 적힌 원문과 homeport가 이해한 문서입니다. 뒤의 문서에는 자리 표시자를 채우고, 사람이 확인한 값과 추정한 값을 더했습니다.
catalog-yaml-composed = homeport가 이해한 문서
catalog-yaml-described = 적힌 원문
catalog-excerpt = 전체 { $total }줄 중 처음 { $shown }줄입니다.
catalog-whole-file = 전체 보기

## 위치

catalog-locations = 위치
catalog-locations-lead = 카탈로그를 읽어 오는 곳입니다. 매일 밤 확인하여 바뀐 내용을 다시 읽습니다.
catalog-locations-empty = 아직 읽는 곳이 없습니다. Git 저장소 폴더, Git URL, 파일, 주소, Backstage를 위치로 등록할 수 있습니다.
catalog-location-type-repos = 저장소 폴더
catalog-location-type-git = Git 저장소
catalog-location-type-file = 파일
catalog-location-type-url = 주소
catalog-location-type-backstage = Backstage
catalog-location-help-repos = /srv/git처럼 이 서버에 있는 폴더입니다. 그 아래 모든 Git 저장소를 통째로 읽어, YAML이 없어도 담당과 API, 의존 관계를 찾아냅니다.
catalog-location-help-git = https, ssh, file로 접근하는 Git URL입니다. 저장소를 받아 와 통째로 읽으며, URL 뒤에 #main:catalog-info.yaml을 붙이면 그 경로의 설명 파일만 읽습니다.
catalog-location-help-file = 이 서버에 있는 설명 파일입니다. 파일 하나나 /srv/catalog/**/*.yaml 같은 패턴을 적습니다.
catalog-location-help-url = GitHub나 GitLab 링크처럼 catalog-info.yaml이 있는 주소입니다.
catalog-location-help-backstage = 운영 중인 Backstage의 주소입니다. 항목을 읽어 오고 바뀐 내용을 따라갑니다.
catalog-location-origin-config = homeport.yaml
catalog-location-origin-api = REST API
catalog-location-origin-person = 사람
catalog-location-fine = 최신
catalog-location-not-reached = 읽을 수 없음
catalog-location-trouble = 이 위치를 읽을 수 없습니다
catalog-location-keeps = 다시 읽을 수 있을 때까지 이전에 읽은 내용이 카탈로그에 남아 있습니다.
catalog-location-all-read = 마지막으로 읽을 때 모든 내용을 읽었습니다.
catalog-location-not-yet = 아직 끝까지 읽지 못했습니다. 진행 상황은 실행에서 볼 수 있습니다.
catalog-location-added = 등록
catalog-location-entity = 카탈로그 항목
catalog-location-itself = 이 위치를 나타내는 Location
catalog-location-remove = 이 위치 삭제
catalog-location-remove-lead =
    { $count ->
        [0] 아직 이 위치에서 읽은 항목이 없습니다. 앞으로 읽지 않게 됩니다.
       *[other] 앞으로 읽지 않으며, 이 위치에서 읽은 항목 { $count }개가 카탈로그에서 빠집니다. 사람이 확인한 값은 보관했다가 위치를 다시 등록하면 그대로 적용합니다.
    }
catalog-location-in-config = homeport.yaml에 적힌 위치입니다. 그 파일의 catalog.locations에서 지우면 다음에 시작할 때 없어집니다.
catalog-notice-location-removed = 이제 { $target }{ PARTICLE($target, "을/를") } 읽지 않습니다.
catalog-unreadable = { $count }개 읽지 못함
catalog-unreadable-parts = 읽지 못한 것
catalog-never-read = 읽기 전
catalog-check-again = 다시 확인
catalog-read-again = 다시 읽기
catalog-remove = 삭제
catalog-since = { $when }부터
catalog-stale-entities = 오래된 정보일 수 있는 항목 { $count }개 보기
catalog-stale-since = { $when }부터 오래된 정보입니다.
catalog-column-location = 위치
catalog-column-read-as = 읽는 방식
catalog-column-named-by = 등록 주체
catalog-column-checked = 마지막 확인
catalog-column-state = 상태
catalog-column-part = 저장소 또는 파일
catalog-column-reason = 이유
catalog-column-since = 시작
catalog-column-files = 파일
catalog-column-standing = 카탈로그
catalog-column-place = 적힌 곳

## 위치 등록

catalog-register = 위치 등록
catalog-register-lead = homeport가 읽을 곳을 알려 주십시오. 저장하기 전에 무엇이 추가되는지 볼 수 있으며, 읽는 곳에는 아무것도 쓰지 않습니다.
catalog-register-step-1 = 1 · 읽을 곳
catalog-register-step-2 = 2 · 추가될 내용
catalog-register-type = 읽는 방식
catalog-register-target = 위치
catalog-register-hint = 위에서 고른 방식에 맞게 절대 경로, 패턴, Git URL, 주소를 입력합니다.
catalog-register-preview = 미리 보기
catalog-register-repositories = 저장소 { $count }개
catalog-register-files = 파일 { $count }개를 읽음
catalog-register-will-repositories = 아래 저장소를 읽고 찾은 내용을 카탈로그에 등록합니다. 바뀌지 않은 저장소는 다시 읽지 않습니다.
catalog-register-changed = 미리 보기 이후 위치의 내용이 바뀌었습니다. 지금 추가될 내용을 확인하고 이어서 진행하십시오.
catalog-register-known = 이미 등록된 위치입니다. 지금 바로 다시 확인할 수 있습니다.
catalog-register-cut = 미리 보기에서는 파일 { $read }개를 읽었습니다. 더 찾은 { $left }개는 실행할 때 읽습니다.
catalog-register-add = 카탈로그에 추가
catalog-register-not-added = 파일, 줄, 이유
catalog-register-see-why = 이유 보기
catalog-register-unshown = 나머지 항목 { $count }개는 여기에 표시하지 않았습니다.
catalog-register-reads = 저장소에서 읽는 내용
catalog-standing-new = 새 항목
catalog-standing-present = 이미 있음
catalog-standing-taken = 이름 겹침
catalog-standing-rejected = 제외
catalog-taken-by = { $place }에 적힌 이름
catalog-reads-owners = CODEOWNERS와 커밋 기록에서 담당 팀
catalog-reads-apis = OpenAPI, AsyncAPI, Protobuf에서 API
catalog-reads-resources = CloudFormation, Terraform에서 리소스
catalog-reads-relations = 설정 파일에서 의존 관계
catalog-reads-yaml = catalog-info.yaml(있는 경우)
catalog-demo = 먼저 둘러보시겠습니까?
catalog-demo-text = 데모를 실행하면 저장소 40개를 가진 회사를 만들어 탐색합니다.

## 홈

catalog-card-turn = 내 차례
catalog-card-turn-done = 답을 기다리는 질문이 없습니다.
catalog-card-unowned = 어느 팀이 담당합니까?
catalog-card-mine = 내 담당
catalog-card-mine-empty = 소속 팀이 담당하는 항목이 아직 없습니다.

## 활동

change-catalog-added = 처음 발견되었습니다
change-catalog-changed = 내용이 바뀌었습니다
change-catalog-owner = 담당이 바뀌었습니다
change-catalog-removed = 더 이상 발견되지 않습니다
catalog-did-confirm = { $field } 확인: { $value }
catalog-did-refuse = { $field } 값이 { $value }{ PARTICLE($value, "이/가") } 아니라고 답했습니다
