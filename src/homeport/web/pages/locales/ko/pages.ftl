## 로그인

pages-login-title = 로그인
pages-login-lead = 한 번만 쓸 수 있는 링크로 들어옵니다. 링크는 homeport를 운영하는 사람이 만들어 줄 수 있습니다.
pages-login-example-name = 김하늘
pages-login-terminal = 링크를 요청하거나, homeport가 실행 중인 서버에서 직접 만드십시오.
pages-login-open = 이 브라우저에서 링크를 열고 로그인을 누르십시오.
pages-login-first = 처음이십니까? `homeport serve`를 실행한 터미널에 첫 관리자용 링크가 나와 있습니다.
pages-login-welcome = homeport에 오신 것을 환영합니다
pages-login-once = 이 링크로는 한 번만 로그인할 수 있습니다. 아래 버튼을 누르면 링크가 사용됩니다.
pages-login-already = 지금 { $name } 계정으로 로그인되어 있습니다. 계속하면 링크를 받은 사람으로 로그인합니다.
pages-login-do = 로그인
pages-login-spent-title = 사용할 수 없는 링크입니다
pages-login-spent = 이미 사용했거나 만든 지 하루가 지난 링크입니다. 링크를 보낸 사람에게 다시 요청하거나, homeport가 실행 중인 서버에서 새로 만드십시오.
pages-login-how = 다른 로그인 방법
pages-login-home = { $name } 계정으로 계속하기
pages-login-login = 로그인 이름
pages-login-password = 비밀번호
pages-login-wrong = 로그인 이름이나 비밀번호가 맞지 않습니다. 확인하고 다시 시도하십시오.
pages-login-wait = 시도가 너무 많았습니다. { $seconds }초 뒤에 다시 시도하십시오.
pages-login-other = 링크로 로그인
pages-password-choose = 비밀번호 정하기
pages-password-choose-lead = 앞으로 이 비밀번호로 로그인합니다. 지금 연 링크는 한 번만 쓸 수 있습니다.
pages-password-new = 새 비밀번호
pages-password-again = 새 비밀번호 확인
pages-password-hint = { $least }자 이상으로 정하십시오. 낱말 몇 개를 이어 쓰면 안전하고 기억하기 쉽습니다.
pages-password-do = 저장하고 로그인
pages-password-differ = 두 비밀번호가 서로 다릅니다.
pages-password-weak = 쉽게 짐작할 수 없는 { $least }자 이상의 비밀번호로 정하십시오.
pages-password-change = 비밀번호 바꾸기
pages-password-change-lead = 바꾸면 다른 브라우저에서는 모두 로그아웃됩니다.
pages-password-current = 현재 비밀번호
pages-password-not-current = 현재 비밀번호가 아닙니다.
pages-password-none = 비밀번호가 없는 계정입니다. 다른 방법으로 로그인합니다.
pages-notice-signed-out = 로그아웃했습니다.

## 상태

pages-state-waiting = 대기
pages-state-running = 실행 중
pages-state-succeeded = 성공
pages-state-failed = 실패
pages-state-cancelled = 취소됨
pages-state-needs-decision = 결정 필요
pages-state-stopping = 중지하는 중

## 권한

pages-role-viewer = { web-role-viewer }
pages-role-developer = { web-role-developer }
pages-role-operator = { web-role-operator }
pages-role-security = { web-role-security }
pages-role-admin = { web-role-admin }
pages-role-or-security = 보안 담당, { $role }
pages-who-may = { $role } 이상의 역할이 필요합니다.
pages-who-may-admin = 관리자만 할 수 있습니다.
pages-who-may-owner = 담당인 { $owner } 소속이거나 { $role } 이상의 역할이어야 합니다.
pages-who-may-security = 보안 담당이나 관리자 역할이 필요합니다.
pages-who-may-security-owner = 담당인 { $owner } 소속이거나 보안 담당 또는 관리자 역할이어야 합니다.
pages-proof-hidden = 증거(코드 줄과 도구가 그 자리에 대해 남긴 말)는 그 자체가 비밀일 수 있어 아무에게나 보이지 않습니다.
pages-actor-person = 포털에서
pages-actor-token = API 토큰
pages-actor-command = 명령줄에서
pages-actor-system = homeport 자동 실행

## 실행

pages-refresh = 새로 고침
pages-discover = 위치 등록
pages-run = 실행
pages-run-state = 상태
pages-run-procedure = 절차
pages-run-by = 요청한 사람
pages-run-asked = 요청
pages-run-started = 시작
pages-run-ended = 종료
pages-run-duration = 소요 시간
pages-run-targets = 대상
pages-run-id = 번호
pages-runs-lead = 플랫폼이 대신 한 일과 지금 하는 일입니다. 단계와 로그를 모두 볼 수 있습니다.
pages-runs-empty = 아직 실행한 것이 없습니다. 위치를 등록해 보십시오. 실행하면서 읽은 내용으로 카탈로그를 채웁니다.
pages-runs-total = { $count }건
pages-runs-filter = 사람, 번호, 오류로 찾기
pages-run-copy-id = 번호 { $id } 복사
pages-run-cancel = 취소
pages-run-retry = 다시 시도
pages-run-retry-failed = 실패한 { $count }건 다시 시도
pages-run-failed = 실행이 실패했습니다
pages-run-failed-of = { $total }건 중 { $failed }건이 실패했습니다
pages-run-needs-decision = 실행이 스스로 이어질 수 없습니다
pages-run-cancelled-note = 실행을 도중에 취소했습니다. 그때까지 끝난 작업은 그대로 남습니다. 다시 시도하면 멈춘 곳부터 이어집니다.
pages-run-stopping-note = 중지를 요청했습니다. 하던 작업을 마무리한 다음 멈춥니다.
pages-run-waiting-note = 워커가 비는 대로 시작합니다. 계속 대기 상태라면 일할 워커가 없는 것입니다. `homeport serve`나 `homeport worker`를 실행하십시오.
pages-run-targets-done = { $total }건 중 { $done }건 완료
pages-run-targets-more = { $count }건 더 보기
pages-run-outcome = 결과
pages-run-steps = 단계
pages-run-no-steps = 시작한 단계가 없습니다.
pages-run-started-runs = 이 실행이 시작한 실행
pages-run-parent = 이 실행을 시작한 실행
pages-run-about = 실행 정보
pages-run-plan = 계획
pages-run-compared = 계획과 결과
pages-run-compared-targets = 계획 { $planned }: 성공 { $done }, 실패 { $failed }, 하지 않음 { $rest }
pages-run-compared-count = 계획 { $planned }, 결과 { $happened }
pages-run-fingerprint = 지문
pages-notice-run-cancelled = 실행에 중지를 요청했습니다.
pages-notice-run-retried = 실행을 다시 시작했습니다.
pages-log = 로그
pages-log-range = { $total }줄 중 { $first }–{ $last }
pages-log-found = { $count }줄
pages-log-find = 로그에서 찾기
pages-log-level = 볼 줄
pages-log-level-any = 모든 줄
pages-log-level-warning = 경고와 오류
pages-log-level-error = 오류
pages-log-show = 보기
pages-log-download = 텍스트로 내려받기
pages-log-none-level = 그런 줄이 없습니다.
pages-log-found-many = { $count }줄 이상
pages-log-found-after = { $line }번째 줄 이후
pages-log-all = 전체 로그로 돌아가기
pages-log-first = 맨 처음
pages-log-earlier = 이전 줄
pages-log-later = 다음 줄
pages-log-newest = 최신 줄
pages-log-none-found = “{ $text }”{ PARTICLE($text, "이/가") } 들어 있는 줄이 없습니다.
pages-log-empty = 이 실행은 로그를 남기지 않았습니다.

## 계획, 입력, 결과의 값

pages-value-target = 위치
pages-value-type = 읽는 방식
pages-value-only = 범위
pages-value-repositories = 저장소
pages-value-files = 파일
pages-value-entities_missing = 없어진 출처의 항목
pages-value-trouble = 문제
pages-value-unreadable = 읽지 못함
pages-value-added = 추가
pages-value-changed = 변경
pages-value-removed = 삭제
pages-value-unchanged = 변경 없음
pages-value-findings = 발견 사항

## 발견 사항

pages-findings-lead = 운영 중인 시스템에서 무엇이 잘못되었고, 누가 언제까지 고쳐야 하는지 보여 줍니다.
pages-findings-views = 보기 방식
pages-findings-all = 하나씩
pages-findings-by-rule = 규칙별
pages-findings-by-owner = 담당별
pages-finding-by-severity = 심각도별
pages-finding-entities = 항목
pages-unowned = 담당 없음
pages-unowned-lead = 맡은 사람이 없는 발견 사항입니다. 담당을 지정하거나 운영자가 해결하십시오.
pages-unowned-owner = 담당 없는 항목
pages-unowned-owner-note = 카탈로그에서 제외된 항목 포함
pages-unowned-entity = 항목과 무관함
pages-unowned-entity-note = 출처, 저장소, 파일 자체의 문제
pages-bulk = 선택한 것을 당분간 보류
pages-bulk-lead = 선택한 발견 사항을 같은 이유로 미해결 목록에서 빼 두며, 기간이 지나면 다시 나타납니다.
pages-bulk-pick = 선택
pages-bulk-all = 이 페이지 모두 선택
pages-bulk-do = 선택한 것 보류
pages-bulk-none = 먼저 발견 사항을 하나 이상 선택하십시오.
pages-notice-bulk-suppressed = 발견 사항 { $count }건을 { $days }일 동안 보류했습니다.
pages-findings-never = 아직 살펴본 것이 없습니다. 위치를 등록하면 잘못된 점을 여기에서 알려 줍니다.
pages-findings-none = 알려진 문제가 없습니다. 보류하거나 해결한 발견 사항은 따로 남아 있습니다.
pages-findings-all-states = 보류·해결한 것도 보기
pages-findings-no-match = 조건에 맞는 항목이 없습니다.
pages-findings-total = { $count }건
pages-findings-filter = 대상 이름으로 찾기
pages-finding = 내용
pages-finding-severity = 심각도
pages-finding-entity = 대상
pages-finding-owner = 담당
pages-finding-first-seen = 처음 발견
pages-finding-last-seen = 마지막 확인
pages-finding-due = 기한
pages-finding-rule = 규칙
pages-finding-source = 출처
pages-finding-scope = 검사 범위
pages-finding-said = { $source }의 설명
pages-finding-more = { $source } 규칙 설명 더 보기
pages-finding-age = 지난 기간
pages-finding-age-7 = 1주 넘음
pages-finding-age-30 = 30일 넘음
pages-finding-age-90 = 90일 넘음
pages-finding-age-180 = 180일 넘음
pages-finding-due-overdue = 기한 지남
pages-findings-export = 이 목록 내려받기:
pages-finding-state = 상태
pages-finding-worst = 최고 심각도
pages-finding-count = 미해결
pages-finding-overdue = 기한 지남
pages-finding-oldest = 가장 오래된 것
pages-finding-number = 번호
pages-finding-state-open = 미해결
pages-finding-state-suppressed = 보류
pages-finding-state-gone = 해결
pages-finding-state-all = 전체
pages-owner-me = 내 담당
pages-owner-none = 담당 없음
pages-overdue-days = { $count }일 지남
pages-finding-why = 왜 문제인가
pages-finding-fix = 해결 방법
pages-finding-example = 적을 내용
pages-finding-evidence = 발견한 곳
pages-finding-about = 발견 사항 정보
pages-finding-history = 이력
pages-finding-siblings = { $name }의 다른 발견 사항
pages-finding-was-seen = 처음 발견했습니다
pages-finding-was-seen-again = 여전히 남아 있습니다
pages-finding-was-back = 다시 나타났습니다
pages-finding-was-gone = 더 이상 보이지 않습니다
pages-finding-was-suppressed = 보류했습니다
pages-finding-was-unsuppressed = 보류를 해제했습니다
pages-finding-was-due-again = 보류 기간이 끝나 다시 미해결이 되었습니다
pages-finding-gone-note = 마지막으로 살펴보았을 때 없었습니다. 더 할 일이 없습니다.
pages-suppress = 보류하기
pages-suppress-lead = 보류하면 미해결 목록에서 빠지고, 기간이 끝나면 저절로 다시 나타납니다.
pages-suppress-reason = 이유
pages-suppress-reason-hint = 반년 뒤에 읽는 사람도 이해할 수 있게 적으십시오.
pages-suppress-for = 기간
pages-suppress-days =
    { $count ->
        [7] 1주
        [14] 2주
        [365] 1년
       *[other] { $count }일
    }
pages-suppress-do = 보류
pages-suppress-no-reason = 보류하는 이유를 적으십시오.
pages-suppress-long-reason = 2,000자 이내로 적으십시오.
pages-suppress-bad-days = 목록에서 기간을 고르십시오.
pages-suppressed-title = { $name } 님이 보류했습니다
pages-suppressed-until = 다시 나타나는 때:
pages-unsuppress = 보류 해제
pages-unsuppress-lead = 지금은 보류 상태입니다. 보류할 이유가 없어졌다면 해제하십시오.
pages-notice-suppressed =
    { $days ->
        [365] 1년 동안 보류합니다.
       *[other] { $days }일 동안 보류합니다.
    }
pages-notice-unsuppressed = 보류를 해제했습니다.

## 저장한 보기

pages-views = 저장한 보기
pages-views-lead = 목록의 필터, 정렬, 열에 이름을 붙여 저장한 것입니다. 내 보기는 다른 사람에게 보이지 않습니다.
pages-views-empty = 저장한 보기가 아직 없습니다. 목록을 원하는 대로 거른 다음 위쪽의 ‘지금 보기 저장’을 선택하십시오.
pages-view = 보기
pages-view-list = 목록
pages-view-audience = 공유 대상
pages-view-audience-hint = 팀원은 자기 팀과, 운영자는 모두와 공유할 수 있습니다. 공유할 수 있는 사람은 이름을 바꾸거나 삭제할 수도 있습니다.
pages-view-by = 만든 사람
pages-view-act = 작업
pages-view-me = 나만
pages-view-everyone = 모두
pages-view-save = 지금 보기 저장
pages-view-lead = 목록의 필터, 정렬, 열에 이름을 붙입니다.
pages-view-name = 이름
pages-view-do = 저장
pages-view-change = 바꾸기
pages-view-delete = 이 보기 삭제
pages-view-delete-lead = 이름만 없어지며, 보기에 나타나는 항목은 그대로입니다.
pages-notice-view-saved = { $name }{ PARTICLE($name, "을/를") } 저장했습니다. 목록 위의 ‘보기’에서 열 수 있습니다.
pages-notice-view-changed = { $name }{ PARTICLE($name, "을/를") } 바꾸었습니다.
pages-notice-view-deleted = { $name }{ PARTICLE($name, "을/를") } 삭제했습니다.

## 홈

pages-home-hello = { $name } 님, 안녕하세요
pages-home-me = 화면 설정
pages-home-my-findings = 내 담당의 발견 사항
pages-home-open-findings = 미해결 발견 사항
pages-home-worst-findings = 가장 심각한 발견 사항
pages-home-severe =
    { $count ->
        [0] 심각·높음 없음
       *[other] 심각·높음 { $count }건
    }
pages-home-no-findings = 담당하는 것 가운데 고칠 것이 없습니다.
pages-home-runs-today = 24시간 실행
pages-home-failed-today =
    { $count ->
        [0] 실패 없음
       *[other] 실패 { $count }건
    }
pages-home-changes-today = 24시간 변경
pages-home-changes-note = 카탈로그 항목 기준
pages-home-failed = 실패한 내 실행
pages-home-happened = 최근 활동
pages-home-and-more = { $name } 외 { $count }개
pages-welcome-lead = 아직 아무것도 없습니다. 다음 두 가지 방법으로 시작할 수 있습니다.
pages-welcome-connect = 내 저장소 연결
pages-welcome-connect-lead = Git 저장소가 있는 폴더를 알려 주십시오. YAML이 없어도 서비스, API, 리소스와 담당 팀을 찾아내고, 확실하지 않은 것만 물어봅니다.
pages-welcome-connect-do = 폴더 선택
pages-welcome-demo = 데모 둘러보기
pages-welcome-demo-lead = 저장소 40개를 운영하는 가상의 유통 회사입니다. 28개에는 YAML이 한 줄도 없고, 담당이 불분명한 저장소 3개와 담당이 없는 저장소 1개가 있습니다. homeport를 내려받은 곳에서 실행하십시오.
pages-welcome-demo-note = 별도 폴더를 쓰므로 지금 데이터에는 영향을 주지 않습니다.

## 검색

pages-search-of = 검색: { $q }
pages-search-lead = 서비스, API, 리소스, 팀, 사람의 이름과 제목, 설명에서 찾습니다. 낱말의 일부만 입력해도 됩니다.
pages-search-found = 검색 결과
pages-search-more = { $count }개 모두 보기
pages-search-all-kinds = 모든 종류 보기
pages-search-none = “{ $q }”에 맞는 결과가 없습니다.
pages-search-hint-short = 낱말을 줄이거나 짧게 입력해 보십시오. 입력한 낱말이 모두 있어야 찾습니다.
pages-search-hint-part = 이름의 일부만 입력해도 됩니다. ord로 order-api를, 주문으로 주문을이 들어 있는 글을 찾습니다.
pages-search-hint-missing = 있어야 할 것이 없다면 그 저장소를 아직 읽지 않았을 수 있습니다.

## 내 정보

pages-me = 내 정보
pages-me-lead = homeport에 등록된 정보와 화면 설정입니다.
pages-me-who = 계정
pages-me-role = 역할
pages-me-entity = 카탈로그 이름
pages-me-teams = 소속 팀
pages-me-no-teams = 카탈로그에 등록된 소속 팀이 없습니다
pages-me-display = 화면 설정
pages-me-auto = 브라우저 설정 따르기
pages-me-zone = 시간대
pages-me-zones-common = 자주 쓰는 시간대
pages-me-zones-all = 전체
pages-me-zone-hint = 지금은 { $zone } 시간으로 보여 줍니다.
pages-me-sessions = 로그인한 곳
pages-me-this = 이 브라우저
pages-me-since = 로그인
pages-me-until = 만료
pages-me-seen = 마지막 사용
pages-way-link = 링크
pages-way-password = 비밀번호
pages-way-oidc = 외부 계정 로그인
pages-way-break-glass = 비상 접속
pages-sign-in-end = 로그아웃
pages-sign-in-end-others = 다른 곳에서 모두 로그아웃
pages-notice-sign-in-ended = 로그아웃시켰습니다.
pages-notice-sign-ins-ended = 다른 곳에서 모두 로그아웃했습니다.
pages-save = 저장
pages-notice-saved = 저장했습니다.

## 관리

pages-admin-lead = homeport의 상태를 확인하고, 사용 권한을 관리합니다.
pages-admin-overview = 개요
pages-admin-tokens = API 토큰
pages-admin-people = 사람
pages-admin-sign-ins = 로그인 현황
pages-sign-in-browser = 브라우저
pages-sign-in-way = 방법
pages-sign-in-address = 주소
pages-sign-in-since = 로그인
pages-admin-events = 전달 실패
pages-admin-settings = 설정
pages-admin-installation = 설치 정보
pages-admin-version = 버전
pages-admin-organisation = 조직
pages-admin-address = 주소
pages-admin-home = 홈 폴더
pages-admin-database = 데이터베이스
pages-admin-engine = 종류
pages-admin-answers = 정상
pages-admin-place = 위치
pages-admin-size = 크기
pages-admin-work = 작업 대기열
pages-admin-work-lead = 지금 처리할 일, 처리 중인 일, 나중에 할 일의 수입니다.
pages-admin-refusal = 현재 역할은 { $role }입니다. 이 페이지에서는 토큰, 사람, 설정을 관리합니다.
pages-queue = 대기열
pages-queue-due = 대기
pages-queue-working = 처리 중
pages-queue-later = 예약
pages-queue-wait = 최장 대기
pages-queue-run = 실행
pages-queue-timer = 타이머
pages-queue-event = 이벤트
pages-queue-nothing-waits = 대기 없음
pages-queue-empty = 대기 중이거나 예약된 일이 없습니다.
pages-queue-stuck-title = 처리되지 않는 일이 있습니다
pages-queue-stuck = 30초 넘게 기다린 일을 가져가는 워커가 없습니다. 서버도 일을 처리하지만, 다음 명령으로 워커를 더 실행할 수 있습니다.
pages-parked-count = 전달하지 못해 따로 보관한 이벤트가 { $count }건 있습니다.
pages-parked-look = 확인하기
pages-parked-lead = 여섯 번 전달에 실패해 따로 보관한 이벤트입니다. 뒤따르는 이벤트는 계속 처리되지만, 이 이벤트로 해야 했던 일은 되지 않았습니다. 오류를 보고 원인을 고친 다음, 위치 읽기처럼 해당 작업을 다시 실행하십시오.
pages-parked-none = 모든 이벤트가 제대로 전달되었습니다.
pages-event = 이벤트
pages-event-subscriber = 받는 곳
pages-event-error = 오류
pages-event-at = 보관 시각
pages-tokens-none = 아직 토큰이 없습니다. 토큰을 만들면 스크립트나 CI에서 정해진 역할로 API를 사용할 수 있습니다.
pages-token-name = 이름
pages-token-name-hint = ci-deploy처럼 용도를 알 수 있게 적으십시오.
pages-token-role = 역할
pages-token-role-hint = 필요한 만큼만 주십시오.
pages-token-scopes = 범위
pages-token-scopes-hint = 역할 가운데 허용할 것을 쉼표로 적습니다. 예: read, finding.import, catalog.*. 비우면 역할 전체입니다.
pages-token-scopes-known = 범위 목록
pages-token-bad-scopes = 없는 범위가 있습니다. 아래 목록을 확인하십시오.
pages-token-by = 만든 사람
pages-token-used = 마지막 사용
pages-token-expires = 만료
pages-token-action = 작업
pages-token-forever = 만료 없음
pages-never = 없음
pages-token-expired = 만료됨
pages-token-new = 새 토큰
pages-token-make = 토큰 만들기
pages-token-made = { $name } 토큰을 만들었습니다
pages-token-once = 지금 복사하십시오. 이 화면을 벗어나면 다시 볼 수 없습니다.
pages-token-revoke = 폐기
pages-token-no-name = 토큰 이름을 적으십시오.
pages-token-bad-name = 이름은 100자 이내의 보이는 글자로 적으십시오.
pages-token-bad-role = 목록에서 역할을 고르십시오.
pages-token-taken = 같은 이름의 토큰이 있습니다. 먼저 폐기하거나 다른 이름을 쓰십시오.
pages-notice-token-revoked = { $name } 토큰을 폐기했습니다.
pages-person = 이름
pages-person-entity = 카탈로그 이름
pages-person-seen = 마지막 사용
pages-person-since = 등록
pages-people-link = 비밀번호 링크
pages-people-link-lead = 하루 안에 한 번 비밀번호를 정할 수 있는 링크입니다. 새 로그인 이름을 적으면 사람이 만들어집니다.
pages-people-link-new = 새 로그인 이름일 때만 씁니다.
pages-people-link-make = 링크 만들기
pages-people-link-made = { $name } 님의 비밀번호 링크
pages-people-link-once = 지금 한 번만 보여 드립니다. 먼저 연 사람이 비밀번호를 정하므로 본인에게만 보내십시오. 그때까지는 기존 비밀번호가 유효합니다.
pages-people-bad-login = 빈칸 없이 100자 이하로 적으십시오. 예: haneul.kim
pages-people-invite = 사람 초대
pages-people-invite-lead = 하루 동안 한 번만 쓸 수 있는 로그인 링크를 출력합니다. 같은 이름으로 다시 실행하면 같은 사람의 새 링크를 만듭니다.
pages-settings-lead = 지금 적용된 설정입니다. `{ $file }` 파일이나 환경 변수에서 바꾼 뒤 homeport를 다시 시작하십시오. 비밀 값은 별표로 표시합니다.
pages-setting = 설정
pages-setting-value = 값
pages-setting-unset = 설정하지 않음
pages-setting-changed = 변경됨
