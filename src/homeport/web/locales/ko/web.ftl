## 화면 틀

web-skip = 본문으로 건너뛰기
web-menu = 메뉴 열기
web-menu-close = 메뉴 닫기
web-navigation = 주 메뉴
web-breadcrumbs = 현재 위치
web-search = 검색
web-search-placeholder = 서비스, API, 팀, 페이지 이름
web-notices = 알림
web-display = 화면 설정
web-me = 내 설정
web-role-viewer = 조회자
web-role-developer = 개발자
web-role-operator = 운영자
web-role-security = 보안 담당
web-role-admin = 관리자
web-sign-out = 로그아웃
web-theme = 테마
web-theme-system = 시스템
web-theme-light = 라이트
web-theme-dark = 다크
web-language = 언어
web-group-deliver = 배포
web-group-operate = 운영
web-group-secure = 보안
web-group-admin = 시스템

## 메뉴

nav-home = 홈
nav-catalog = 카탈로그
nav-create = 만들기
nav-stacks = 스택
nav-runs = 실행
nav-findings = 발견 사항
nav-admin = 관리

## 명령 창과 단축키

web-palette-go = 바로 가기
web-palette-empty = 일치하는 이름이 없습니다. Enter를 누르면 전체에서 검색합니다.
web-palette-hint = ↑ ↓ 선택, Enter 열기
web-keys = 단축키
web-keys-palette = 검색·바로 가기
web-keys-search = 이 목록에서 검색
web-keys-home = 홈
web-keys-catalog = 카탈로그
web-keys-runs = 실행
web-keys-findings = 발견 사항
web-keys-down = 다음 행
web-keys-up = 이전 행
web-keys-help = 단축키 보기
web-keys-single = 한 글자 단축키
web-on = 켬
web-off = 끔
web-close = 닫기

## 목록

web-filter = 필터 적용
web-filters = 적용된 필터
web-filter-remove = 필터 제거
web-filters-clear = 필터 모두 지우기
web-facet-any = 전체
web-facet-clear = 선택 해제
web-facet-more = 모두 보기
web-nothing-found = 조건에 맞는 항목이 없습니다.
web-views = 보기
web-view-save = 지금 보기 저장
web-view-manage = 저장한 보기 관리
web-view-me = 나만
web-view-team = 팀과 공유
web-view-everyone = 모두와 공유
web-columns = 열
web-columns-default = 기본 열
web-pages = 페이지 이동
web-pages-first = 처음
web-pages-next = 다음

## 낱말

web-severity-critical = 심각
web-severity-high = 높음
web-severity-medium = 보통
web-severity-low = 낮음
web-severity-info = 참고
web-kind-component = 컴포넌트
web-kind-api = API
web-kind-resource = 리소스
web-kind-system = 시스템
web-kind-domain = 도메인
web-kind-group = 팀
web-kind-user = 사람
web-kind-template = 템플릿
web-kind-location = 위치

## 정보와 출처

web-confidence = 신뢰도(0~1)
web-confirm = 맞음
web-wrong = 아님
web-confirm-field = { $field } 값이 맞음
web-wrong-field = { $field } 값이 아님

## 본문

web-copy = { $text } 복사
web-copy-all = 전체 복사
web-copied = 복사했습니다
web-code = 코드
web-log-of = { $step } 로그
web-as-table = 표로 보기
web-graph-more = 외 { $count }개
web-graph-relation = 관계
web-graph-from = 시작
web-graph-to = 대상

## 입력

web-required = 필수
web-form-errors = 다시 확인할 항목이 { $count }개 있습니다

## 오류

web-error-400-title = 요청을 처리하지 못했습니다
web-error-400-advice = 변경된 것은 없습니다. 이전 화면으로 돌아가 아래 내용을 확인한 뒤 다시 시도하십시오.
web-error-403-title = 권한이 없습니다
web-error-403-advice = 현재 역할로는 할 수 없는 작업입니다. 담당 팀이나 관리자에게 요청하십시오.
web-error-404-title = 페이지를 찾을 수 없습니다
web-error-404-advice = 주소가 잘못되었거나 삭제된 항목입니다. 이름으로 검색해 보십시오.
web-error-500-title = 서버에 문제가 생겼습니다
web-error-500-advice = 처리하던 작업은 모두 취소되었습니다. 다시 시도해도 같은 문제가 생기면 발생 시각과 아래 내용을 관리자에게 알려 주십시오.
web-error-503-title = 지금은 사용할 수 없습니다
web-error-503-advice = homeport에 필요한 시스템이 응답하지 않습니다. 잠시 뒤 다시 시도하십시오. 원인은 homeport 로그에 있습니다.
web-error-home = 홈으로
web-error-detail = 서버 응답
