## 무엇이 잘못되었는지, 왜 문제인지, 어떻게 고치는지. `-example`은 파일에 그대로 적을 내용

finding-catalog-broken-file-name = 읽지 못한 파일
finding-catalog-broken-file-title = { $file } 파일을 끝까지 읽지 못했습니다
finding-catalog-broken-file-why = 이 파일에는 저장소의 구성 정보가 들어 있습니다. 읽는 중에 다음 문제가 생겼습니다: { $reason }. 고칠 때까지 이 파일의 내용은 카탈로그에 나타나지 않습니다.
finding-catalog-broken-file-fix = { $file } 파일에서 근거에 표시된 위치를 고쳐 커밋하십시오. 다음 탐색 때 다시 읽습니다. 지금 내용이 맞다면 이유를 적고 이 발견 사항을 보류하십시오.

finding-catalog-empty-repository-name = 빈 저장소
finding-catalog-empty-repository-title = { $repository } 저장소에 커밋이 없습니다
finding-catalog-empty-repository-why = 커밋이 없는 저장소에서는 아무것도 찾을 수 없습니다. 그래서 어느 목록에도 나오지 않고 담당도 없습니다.
finding-catalog-empty-repository-fix = 첫 커밋을 올리십시오. 쓰지 않는 저장소라면 보관 처리하십시오.
finding-catalog-empty-repository-example =
    git commit --allow-empty -m "시작"
    git push origin HEAD

finding-catalog-invalid-entity-name = 잘못된 설명
finding-catalog-invalid-entity-title = { $file }의 설명을 카탈로그에 넣을 수 없습니다
finding-catalog-invalid-entity-why = 다음 이유로 설명을 카탈로그에서 제외했습니다: { $reason }. 고칠 때까지는 이전에 알던 내용이나 저장소에서 추정한 내용을 보여 줍니다.
finding-catalog-invalid-entity-fix = 근거에 표시된 줄을 고치십시오. 모든 항목에는 apiVersion, kind, 이름이 있어야 합니다. 이름에는 영문자와 숫자를 쓰고, 그 사이에 - _ . 을 넣을 수 있습니다. 파일은 보통 다음과 같이 시작합니다.
finding-catalog-invalid-entity-example =
    apiVersion: backstage.io/v1alpha1
    kind: Component
    metadata:
      name: order-api
    spec:
      type: service
      lifecycle: production
      owner: team-order

finding-catalog-unresolved-reference-name = 끊어진 참조
finding-catalog-unresolved-reference-title = { $file }에 적힌 { $target }{ PARTICLE($target, "을/를") } 찾을 수 없습니다
finding-catalog-unresolved-reference-why = { $target }의 내용이 카탈로그에 빠져 있습니다: { $reason }. 참조는 파일을 읽어 온 저장소나 폴더, 호스트 밖을 가리킬 수 없습니다.
finding-catalog-unresolved-reference-fix = { $file }에서 참조를 바로잡으십시오. 경로는 이 파일이 있는 폴더를 기준으로 합니다. 대상을 삭제했다면 해당 줄을 지우십시오.
finding-catalog-unresolved-reference-example =
    spec:
      definition:
        $text: ./openapi.yaml

finding-catalog-duplicate-entity-name = 이름 중복
finding-catalog-duplicate-entity-title = { $entity }{ PARTICLE($entity, "이/가") } 두 곳에 있습니다
finding-catalog-duplicate-entity-why = 두 곳에서 같은 이름을 쓰고 있습니다. 카탈로그는 { $first }의 내용만 쓰며, { $second }의 내용은 어디에도 나타나지 않습니다.
finding-catalog-duplicate-entity-fix = 같은 대상을 설명한 것이라면 한쪽 파일을 삭제하십시오. 서로 다른 대상이라면 두 번째 것의 이름을 바꾸십시오.
finding-catalog-duplicate-entity-example =
    # { $second }
    metadata:
      name: another-name

finding-catalog-unknown-owner-name = 알 수 없는 담당
finding-catalog-unknown-owner-title = 담당으로 적힌 { $owner }{ PARTICLE($owner, "을/를") } 찾을 수 없습니다
finding-catalog-unknown-owner-why = { $source }에는 { $entity }의 담당이 { $owner }{ PARTICLE($owner, "이라/라") }고 적혀 있지만, 그런 팀이나 사람이 카탈로그에 없습니다. 문의와 리뷰 요청, 알람이 아무에게도 가지 않습니다.
finding-catalog-unknown-owner-fix = 이름이 틀렸거나 팀 이름이 바뀌었다면 CODEOWNERS나 spec.owner에 지금 이름을 적으십시오. 카탈로그에 팀이 빠져 있다면 다음과 같이 팀을 등록하십시오.
finding-catalog-unknown-owner-example =
    apiVersion: backstage.io/v1alpha1
    kind: Group
    metadata:
      name: { $name }
    spec:
      type: team
      children: []

finding-catalog-ambiguous-owner-name = 불분명한 담당
finding-catalog-ambiguous-owner-title = { $entity }의 담당 팀이 분명하지 않습니다
finding-catalog-ambiguous-owner-why = 담당을 적어 둔 곳이 없고, 최근 몇 달 동안 여러 팀이 커밋했습니다: { $candidates }. 지금 표시된 담당은 커밋이 가장 많은 팀일 뿐입니다.
finding-catalog-ambiguous-owner-fix = 팀끼리 담당을 정한 다음 { $entity } 페이지에서 확인해 주거나, CODEOWNERS에 다음 줄을 추가하십시오.
finding-catalog-ambiguous-owner-example =
    # CODEOWNERS
    {"*"} @{ $best }

finding-catalog-orphan-name = 담당 없는 저장소
finding-catalog-orphan-title = { $entity }{ PARTICLE($entity, "을/를") } 돌보는 사람이 없습니다
finding-catalog-orphan-why = 마지막 커밋은 { $last_at }이고, 작업했던 사람({ $committers })은 모두 지금 조직에 없습니다. 장애가 나도 연락받을 사람이 없습니다.
finding-catalog-orphan-fix = 이 저장소를 쓰는 팀을 찾아 CODEOWNERS 한 줄로 담당을 넘기십시오. 쓰는 팀이 없다면 보관 처리하십시오.
finding-catalog-orphan-example =
    # CODEOWNERS
    {"*"} @team-that-takes-over

finding-catalog-contradicts-confirmation-name = 답과 다른 파일
finding-catalog-contradicts-confirmation-title = { $field } 값이 파일과 { $person } 님의 답에서 서로 다릅니다
finding-catalog-contradicts-confirmation-why = 파일에는 { $described }{ PARTICLE($described, "이라/라") }고 적혀 있고, { $person } 님은 포털에서 { $confirmed }{ PARTICLE($confirmed, "이라/라") }고 확인했습니다. 파일을 우선하므로 확인한 값은 나타나지 않습니다.
finding-catalog-contradicts-confirmation-fix = 어느 쪽이 맞는지 { $person } 님에게 물어보십시오. 확인한 값이 맞다면 파일을 다음과 같이 고치십시오.
finding-catalog-contradicts-confirmation-example =
    # catalog-info.yaml
    { $field }: { $confirmed }

finding-catalog-dangling-relation-name = 대상 없는 관계
finding-catalog-dangling-relation-title = { $entity }에 적힌 { $target }{ PARTICLE($target, "이/가") } 카탈로그에 없습니다
finding-catalog-dangling-relation-why = { $relation } 관계가 가리키는 대상이 homeport가 읽는 어느 저장소에도 없습니다. 관계도가 여기서 끊기고, 대상이 바뀌어도 알 수 없습니다.
finding-catalog-dangling-relation-fix = 이름이 틀렸다면 { $entity } 설명에서 바로잡으십시오. 대상이 있다면 그 저장소를 homeport가 읽게 하거나 다음과 같이 등록하십시오.
finding-catalog-dangling-relation-example =
    apiVersion: backstage.io/v1alpha1
    kind: Resource
    metadata:
      name: { $target }
    spec:
      type: database
      owner: team-order

finding-catalog-unreadable-repository-name = 읽지 못한 저장소
finding-catalog-unreadable-repository-title = { $repository } 저장소를 읽지 못했습니다
finding-catalog-unreadable-repository-why = Git이 알린 내용: { $reason } 이전에 읽은 내용은 카탈로그에 남아 있지만 점점 실제와 달라집니다.
finding-catalog-unreadable-repository-fix = 폴더가 있는지, Git 저장소인지, homeport를 실행하는 계정에 읽기 권한이 있는지 확인하십시오. 그다음 실행을 다시 시도하십시오.
finding-catalog-unreadable-repository-example =
    git -C { $repository } fsck

finding-catalog-unreadable-source-name = 읽지 못한 출처
finding-catalog-unreadable-source-title = { $file }{ PARTICLE($file, "을/를") } 읽지 못했습니다
finding-catalog-unreadable-source-why = 마지막으로 읽을 때 다음 문제가 생겼습니다: { $reason } 이전에 읽은 내용은 오래된 정보로 표시되어 카탈로그에 남아 있지만 점점 실제와 달라집니다.
finding-catalog-unreadable-source-fix = 대상이 그대로 있는지, homeport를 실행하는 계정이나 해당 호스트의 토큰으로 읽을 수 있는지 확인하십시오. 그다음 항목 페이지나 위치 목록의 버튼으로 다시 읽으십시오. 완전히 없어진 대상이라면 그것을 가리키는 Location이나 설정에서 지우십시오.
finding-catalog-unreadable-source-example =
    homeport catalog refresh

finding-catalog-unknown-kind-name = 알 수 없는 종류
finding-catalog-unknown-kind-title = { $file }에 적힌 { $kind }{ PARTICLE($kind, "은/는") } 카탈로그가 받지 않는 종류입니다
finding-catalog-unknown-kind-why = { $entity }{ PARTICLE($entity, "을/를") } 카탈로그에서 제외했습니다. 잘못 적은 종류가 새 종류로 등록되지 않도록 알려진 종류만 받습니다.
finding-catalog-unknown-kind-fix = 잘못 적었다면 { $file }에서 고치십시오. 쓸 수 있는 종류는 Component, API, Resource, System, Domain, Group, User, Template, Location, AiResource입니다. 직접 만든 종류라면 다음과 같이 허용하십시오.
finding-catalog-unknown-kind-example =
    # homeport.yaml
    catalog:
      other_kinds: [{ $kind }]

finding-catalog-owner-without-members-name = 구성원 없는 담당 팀
finding-catalog-owner-without-members-title = 담당 팀인 { $entity }에 아무도 없습니다
finding-catalog-owner-without-members-why = { $entity }에도, 그 하위 팀에도 구성원이 없습니다. 이 팀이 담당하는 항목의 문의와 리뷰 요청, 알람이 아무에게도 가지 않습니다.
finding-catalog-owner-without-members-fix = 팀 설명에 구성원을 적거나, 사람 설명에 소속 팀을 적으십시오. 없어진 팀이라면 담당하던 항목을 다른 팀에 넘기십시오.
finding-catalog-owner-without-members-example =
    kind: User
    spec:
      memberOf: [{ $entity }]

## 카탈로그가 실행하는 일의 이름

procedure-catalog-discover = 위치 읽기
step-catalog-discover-find = 저장소 찾기
step-catalog-discover-read = 설명 파일 읽기
step-catalog-discover-publish = 카탈로그에 반영
