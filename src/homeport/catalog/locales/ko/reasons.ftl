### 무엇을 읽거나 받아들이지 못한 이유. 코드가 말하는 영어 문장(en/reasons.ftl)에 맞으면 같은 키의 한국어 문장으로 알린다.

catalog-reason = { $reason }

## 파일
catalog-reason-no-folder = { $root }{ PARTICLE($root, "은/는") } 폴더가 아닙니다. catalog.locations의 대상 { $target }{ PARTICLE($target, "을/를") } 고치십시오
catalog-reason-target-missing = { $file }{ PARTICLE($file, "이/가") } 없습니다. catalog.locations의 대상을 고치십시오
catalog-reason-target-folder = { $file }{ PARTICLE($file, "은/는") } 폴더입니다. catalog.locations에 { $pattern } 형식으로 적으십시오
catalog-reason-missing = { $file }{ PARTICLE($file, "이/가") } 없습니다
catalog-reason-not-opened = { $file }{ PARTICLE($file, "을/를") } 열 수 없습니다: { $said }
catalog-reason-not-read = { $file }{ PARTICLE($file, "을/를") } 읽을 수 없습니다: { $said }
catalog-reason-too-large = { $file } 파일이 { $size }바이트입니다. { $most }바이트가 넘는 파일은 읽지 않습니다
catalog-reason-growing = { $file } 파일이 읽는 동안 커지고 있습니다. { $most }바이트가 넘는 파일은 읽지 않습니다
catalog-reason-outside = 이 위치의 기준 폴더 { $root } 밖을 가리킵니다
catalog-reason-no-file = 파일이 아닌 것을 가리킵니다
catalog-reason-no-path = 경로가 아닙니다
catalog-reason-up-again = 와일드카드 뒤에서 다시 위 폴더로 올라갑니다
catalog-reason-address = 주소입니다. 파일에서는 다른 파일과 http, https 주소만 가리킬 수 있습니다
catalog-reason-alternatives = 중괄호 안의 선택지가 너무 많습니다
catalog-reason-no-match = 맞는 파일이 없습니다
catalog-reason-not-allowed = { $target }{ PARTICLE($target, "은/는") } 등록할 수 있는 폴더 안에 있지 않습니다. homeport.yaml에 { $setting } 설정을 넣거나 catalog.locations에 적으십시오
catalog-reason-gone = { $path }{ PARTICLE($path, "이/가") } 더는 없습니다

## 아무것도 없는 위치
catalog-reason-no-repository = { $target } 아래에 Git 저장소가 없습니다. Git 저장소가 든 폴더를 적으십시오
catalog-reason-no-git = { $target }에서 아무것도 찾지 못했습니다. Git 저장소의 URL을 적으십시오
catalog-reason-no-files = { $target }에 맞는 파일이 없습니다. 파일 하나나 { $example } 같은 패턴을 적으십시오
catalog-reason-no-entities = { $target }에 항목이 없습니다. 항목이 있는 Backstage의 주소를 적으십시오
catalog-reason-is-not-there = { $target } 폴더가 없습니다. Git 저장소가 든 폴더를 적으십시오
catalog-reason-is-a-file = { $target }{ PARTICLE($target, "은/는") } 파일입니다. Git 저장소가 든 폴더를 적으십시오

## 주소
catalog-reason-private = { $host }{ PARTICLE($host, "은/는") } 공개 주소가 아닙니다({ $kind }). homeport가 접속해도 된다면 homeport.yaml에 적으십시오: { $setting }
catalog-reason-resolves = { $host }의 주소 { $address }{ PARTICLE($address, "은/는") } 공개 주소가 아닙니다({ $kind }). homeport가 접속해도 된다면 homeport.yaml에 적으십시오: { $setting }
catalog-reason-other-host = { $url }{ PARTICLE($url, "은/는") } homeport.yaml에 없는 다른 호스트에 있습니다. homeport가 접속해도 된다면 homeport.yaml에 적으십시오: { $setting }
catalog-reason-no-url = URL이 아닙니다. { $example } 형식으로 적으십시오
catalog-reason-not-called = { $url }에는 접속하지 않습니다. http와 https 주소만 됩니다
catalog-reason-password = { $url }에 암호가 들어 있습니다. 자격 증명은 homeport.yaml(forges)에 적으십시오
catalog-reason-not-http = { $url }{ PARTICLE($url, "은/는") } 읽을 수 없습니다. 사용자 이름이 없는 http와 https 주소만 읽습니다
catalog-reason-glob = { $url }에 와일드카드가 있습니다. 와일드카드는 GitHub와 GitLab 링크에만 쓸 수 있습니다
catalog-reason-leaves-repository = { $target }{ PARTICLE($target, "은/는") } 저장소 { $repository } 밖을 가리킵니다. 전체 주소를 적으십시오
catalog-reason-unknown-host = 호스트 { $host }{ PARTICLE($host, "을/를") } 찾을 수 없습니다. 이름이 맞는지 확인하십시오
catalog-reason-late = { $url }{ PARTICLE($url, "이/가") } { $seconds }초 안에 답하지 않았습니다(outbound.time_limit_s)
catalog-reason-unreachable = { $url }에 접속할 수 없습니다: { $said }
catalog-reason-status-token = { $url }{ PARTICLE($url, "이/가") } 상태 { $status }로 답합니다. 실제로 있다면 비공개 저장소이므로 { $host }의 토큰(forges.NAME.token)이 필요합니다
catalog-reason-status-rate = { $url }{ PARTICLE($url, "이/가") } 상태 { $status }로 답합니다. 실제로 있다면 { $host }의 토큰(forges)에 읽기 권한이 있는지, 호출 한도가 남았는지 확인하십시오
catalog-reason-status = { $url }{ PARTICLE($url, "이/가") } 상태 { $status }로 답합니다. 열리는 주소인지 확인하십시오
catalog-reason-backstage = Backstage를 읽지 못했습니다. { $reason }
catalog-reason-not-fetched = { $url }{ PARTICLE($url, "은/는") } 가져오지 않습니다. file, https, ssh 주소만 됩니다
catalog-reason-fetch = { $url }{ PARTICLE($url, "을/를") } 가져오지 못했습니다: { $said }. { $reason }
catalog-reason-advice-token = 주소가 맞는지, 호스트의 토큰(forges.NAME.token)에 읽기 권한이 있는지 확인하십시오
catalog-reason-advice-remote = `git ls-remote`로 확인해 보십시오

## 문서
catalog-reason-bytes = { $size }바이트입니다. { $most }바이트가 넘는 파일은 읽지 않습니다
catalog-reason-values = 값이 { $most }개보다 많습니다
catalog-reason-deep = { $most }단계보다 깊이 들어가 있습니다
catalog-reason-rest = 나머지는 읽지 않습니다. 한 파일의 한도는 { $most }입니다
catalog-reason-twice = 키 { $name }{ PARTICLE($name, "이/가") } 한 매핑에 두 번 나옵니다
catalog-reason-alias-unknown = 별칭 *{ $alias }{ PARTICLE($alias, "이/가") } 가리키는 것이 앞에 없습니다
catalog-reason-alias-inside = 별칭 *{ $alias }{ PARTICLE($alias, "이/가") } 자기 자신을 담은 값 안에 있습니다
catalog-reason-aliases = 값이 너무 많습니다. 별칭은 쓰인 횟수만큼 셉니다
catalog-reason-key = 키가 목록이나 매핑입니다. 키는 글자여야 합니다
catalog-reason-nul = NUL 문자가 있어 텍스트가 아닙니다
catalog-reason-no-text = NUL과 UTF-8이 아닌 바이트가 있어 텍스트가 아닙니다
catalog-reason-not-utf-8 = UTF-8이 아닌 바이트가 있어 �로 읽습니다

## 자리 표시자
catalog-reason-to-no-file = 가리키는 파일이 없습니다
catalog-reason-to-many = 파일 하나가 아니라 { $count }개를 가리킵니다
catalog-reason-no-json = 가리키는 파일이 JSON이 아닙니다({ $line }줄): { $reason }
catalog-reason-unreadable-file = 가리키는 파일을 읽을 수 없습니다({ $line }줄): { $reason }
catalog-reason-names-no-file = 파일 이름이 없습니다. 경로나 주소를 적으십시오

## 항목
catalog-reason-field-wrong = { $field }의 값이 { $value }인데, { $reason }이어야 합니다
catalog-reason-field-missing = { $field }{ PARTICLE($field, "이/가") } 없습니다
catalog-reason-field-served = { $field }{ PARTICLE($field, "은/는") } 카탈로그가 정하는 값이라 적을 수 없습니다. 지우십시오
catalog-reason-field-unknown = { $field }{ PARTICLE($field, "은/는") } 쓸 수 없는 필드입니다. apiVersion, kind, metadata, spec만 쓸 수 있습니다
catalog-wanted-name = 영문자나 숫자로 시작하고 끝나는 1~63자의 영문자, 숫자, '-', '_', '.'
catalog-wanted-namespace = 영문 소문자나 숫자로 시작하고 끝나는 1~63자의 영문 소문자, 숫자, '-'
catalog-wanted-kind = 영문자로 시작하는 1~63자의 영문자와 숫자
catalog-wanted-reference = name, namespace/name, kind:name, kind:namespace/name 형식의 참조
catalog-wanted-object = 객체
catalog-wanted-list = 목록
catalog-wanted-text = 글자(숫자, true, false, null로 읽힐 값은 따옴표로 묶은 것)
catalog-wanted-filled = 비어 있지 않은 글자
