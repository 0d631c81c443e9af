nav-webhooks = Webhooks
pages-admin-webhooks = Webhooks
webhooks-at = Received
webhooks-name = Webhook
webhooks-event = Event
webhooks-state = Read as
webhooks-action = Do
webhooks-type-github = GitHub
webhooks-type-gitlab = GitLab
webhooks-type-hmac = Signed with HMAC
webhooks-told =
    { $count ->
        [one] 1 event
       *[other] { $count } events
    }
webhooks-told-nothing = nothing
webhooks-tells = Tells
webhooks-narrow = Narrow down
webhooks-any = Any
webhooks-apply = Show these
webhooks-clear = Show all
webhooks-empty = No such delivery came in the last two weeks.
webhooks-addresses = Where senders send to
webhooks-addresses-lead = The sender and homeport share the secret that is in homeport.yaml.
webhooks-none-set = No webhook is set up. Name one in homeport.yaml: `webhooks.NAME` with a type and a secret.
webhooks-refused = Only deliveries of senders that know the secret are kept. One that was refused is not: the sender is answered with the reason, and the log of homeport has it.
webhooks-replay = Tell again
webhooks-replay-lead = Tells homeport again what this delivery was read as, as if it had just come.
webhooks-back = All deliveries
webhooks-one = Delivery { $number }
webhooks-payload = What was sent
webhooks-payload-lead = Words of the sender. Secrets are shown as stars.
webhooks-cut = This is the beginning. `homeport webhooks show { $number }` prints all of it.
webhooks-notice-replayed =
    { $count ->
        [0] Nothing was told: homeport reads nothing from this event.
        [one] 1 event was told again.
       *[other] { $count } events were told again.
    }
webhooks-refusal = Your role here is { $role }. This page shows what other systems sent to homeport.
