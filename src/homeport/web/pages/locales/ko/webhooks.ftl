nav-webhooks = 웹훅
pages-admin-webhooks = 웹훅
webhooks-at = 받은 시각
webhooks-name = 웹훅
webhooks-event = 이벤트
webhooks-state = 해석 결과
webhooks-action = 동작
webhooks-type-github = GitHub
webhooks-type-gitlab = GitLab
webhooks-type-hmac = HMAC 서명
webhooks-told = 이벤트 { $count }건
webhooks-told-nothing = 없음
webhooks-tells = 전달한 이벤트
webhooks-narrow = 좁혀 보기
webhooks-any = 전체
webhooks-apply = 적용
webhooks-clear = 모두 보기
webhooks-empty = 지난 2주 동안 받은 웹훅이 없습니다.
webhooks-addresses = 보낼 주소
webhooks-addresses-lead = 보내는 쪽과 homeport는 homeport.yaml에 적은 비밀 값을 함께 씁니다.
webhooks-none-set = 설정한 웹훅이 없습니다. homeport.yaml의 `webhooks.NAME`에 type과 secret을 적으십시오.
webhooks-refused = 비밀 값을 아는 곳에서 보낸 것만 보관합니다. 거절한 것은 보관하지 않으며, 그 이유는 보낸 쪽에 응답하고 homeport 로그에 남깁니다.
webhooks-replay = 다시 전달
webhooks-replay-lead = 이 웹훅에서 읽은 이벤트를 방금 받은 것처럼 다시 전달합니다.
webhooks-back = 모든 웹훅
webhooks-one = 웹훅 { $number }번
webhooks-payload = 받은 내용
webhooks-payload-lead = 보낸 쪽이 쓴 내용입니다. 비밀 값은 별표로 가립니다.
webhooks-cut = 앞부분만 보입니다. 전체는 `homeport webhooks show { $number }`로 볼 수 있습니다.
webhooks-notice-replayed =
    { $count ->
        [0] 전달한 것이 없습니다. homeport는 이 이벤트에서 아무것도 읽지 않습니다.
       *[other] 이벤트 { $count }건을 다시 전달했습니다.
    }
webhooks-refusal = 현재 역할은 { $role }입니다. 이 페이지에서는 다른 시스템이 homeport로 보낸 내용을 볼 수 있습니다.
