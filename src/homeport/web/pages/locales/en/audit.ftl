nav-audit = Audit trail
audit-refusal = Your role here is { $role }. This page shows who did what to what, and when.
audit-lead = Who did what to what, and when. Entries are only ever added, and sealed in a chain of hashes.
audit-at = When
audit-actor = Who
audit-actor-system = homeport itself
audit-actor-token = API token
audit-actor-command = command line
audit-action = Action
audit-action-hint = Such as run.start; run stands for all that begin with it.
audit-object = Object
audit-object-hint = Such as run:7k2m9x4qpb or component:default/order-api.
audit-changed = What changed
audit-show = Show
audit-before = Before
audit-after = After
audit-address = Address
audit-seal = Seal
audit-unsealed = not yet
audit-empty = Nothing was done that fits.
audit-state = Is it whole?
audit-sealed = Sealed up to
audit-waiting = Not sealed yet
audit-verify = Walk the chain now
audit-whole =
    { $count ->
        [one] The chain is whole: 1 entry, none changed or taken out.
       *[other] The chain is whole: { $count } entries, none changed or taken out.
    }
audit-broken = The chain is broken: { $changed } changed or moved, { $gaps } gaps. homeport audit verify names the places.
audit-narrow = Narrow down
audit-since = From
audit-until = To
audit-zone = Days in { $zone }.
audit-apply = Show these
audit-clear = Show all
