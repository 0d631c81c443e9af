## Signing in

pages-login-title = Sign in
pages-login-lead = You enter with a link that works once. Whoever runs homeport can make one for you.
pages-login-example-name = Kim Haneul
pages-login-terminal = Ask for a link, or make one yourself on the machine that homeport runs on:
pages-login-open = Open the link in this browser and press Sign in.
pages-login-first = First time here? `homeport serve` has printed a link for the first admin in its terminal.
pages-login-welcome = Welcome to homeport
pages-login-once = This link signs you in once. Press the button to use it.
pages-login-already = You are signed in as { $name }. Going on signs in whoever the link was made for.
pages-login-do = Sign in
pages-login-spent-title = This link no longer works
pages-login-spent = It was used already, or a day has passed since it was made. Ask whoever sent it for a new one, or make one on the machine that homeport runs on:
pages-login-how = Other ways to get in
pages-login-home = Go on as { $name }
pages-login-login = Login name
pages-login-password = Password
pages-login-wrong = This login name and password do not fit. Check both and try again.
pages-login-wait =
    { $seconds ->
        [one] Too many tries. Wait one second, then try again.
       *[other] Too many tries. Wait { $seconds } seconds, then try again.
    }
pages-login-other = Sign in by a link
pages-password-choose = Choose a password
pages-password-choose-lead = You sign in with it from now on. The link that brought you here works once.
pages-password-new = New password
pages-password-again = New password again
pages-password-hint = At least { $least } characters. A few words in a row are good and easy to keep.
pages-password-do = Save and sign in
pages-password-differ = These two are not the same.
pages-password-weak = Take a longer password, at least { $least } characters, and not one that is guessed first.
pages-password-change = Change password
pages-password-change-lead = Every other browser you are signed in with is signed out.
pages-password-current = Current password
pages-password-not-current = This is not your current password.
pages-password-none = You have no password here: you sign in another way.
pages-notice-signed-out = You are signed out.

## States

pages-state-waiting = Waiting
pages-state-running = Running
pages-state-succeeded = Succeeded
pages-state-failed = Failed
pages-state-cancelled = Cancelled
pages-state-needs-decision = Needs a decision
pages-state-stopping = Stopping

## Who

pages-role-viewer = { web-role-viewer }
pages-role-developer = { web-role-developer }
pages-role-operator = { web-role-operator }
pages-role-security = { web-role-security }
pages-role-admin = { web-role-admin }
pages-role-or-security = security, { $role }
pages-who-may = This takes the role { $role } or higher.
pages-who-may-admin = Only an admin can do this.
pages-who-may-owner = This takes { $owner }, who own it, or the role { $role } or higher.
pages-who-may-security = This takes the role security or admin.
pages-who-may-security-owner = This takes { $owner }, who own it, or the role security or admin.
pages-proof-hidden = What proves it (the lines, and what the tool says of them) may be secret itself, so not everybody sees it.
pages-actor-person = in the portal
pages-actor-token = by API token
pages-actor-command = on the command line
pages-actor-system = by homeport itself

## Runs

pages-refresh = Refresh
pages-discover = Register a location
pages-run = Run
pages-run-state = State
pages-run-procedure = Procedure
pages-run-by = Asked by
pages-run-asked = Asked
pages-run-started = Began
pages-run-ended = Ended
pages-run-duration = Took
pages-run-targets = Targets
pages-run-id = Number
pages-runs-lead = What the platform is doing and has done for someone, with every step and line of it.
pages-runs-empty = Nothing has run yet. Register a location: the run that reads it fills the catalog.
pages-runs-total =
    { $count ->
        [one] 1 run
       *[other] { $count } runs
    }
pages-runs-filter = Filter by person, number or error…
pages-run-copy-id = Copy the number { $id }
pages-run-cancel = Cancel
pages-run-retry = Retry
pages-run-retry-failed =
    { $count ->
        [one] Retry the failed one
       *[other] Retry the { $count } failed
    }
pages-run-failed = The run failed
pages-run-failed-of = { $failed } of { $total } did not work
pages-run-needs-decision = The run can't go on by itself
pages-run-cancelled-note = Somebody stopped this run. What was done until then stays done; Retry takes it up where it stopped.
pages-run-stopping-note = The run was told to stop. It ends at the next point where nothing is left half-done.
pages-run-waiting-note = The run begins as soon as a worker is free. If it stays here, nobody works: start `homeport serve` or `homeport worker`.
pages-run-targets-done = { $done } of { $total } done
pages-run-targets-more =
    { $count ->
        [one] Show one more
       *[other] Show { $count } more
    }
pages-run-outcome = Outcome
pages-run-steps = Steps
pages-run-no-steps = No step has begun yet.
pages-run-started-runs = Runs it started
pages-run-parent = Started by
pages-run-about = About this run
pages-run-plan = Plan
pages-run-compared = Planned and done
pages-run-compared-targets = { $planned } planned: { $done } succeeded, { $failed } failed, { $rest } not done
pages-run-compared-count = { $planned } planned, { $happened } done
pages-run-fingerprint = Fingerprint
pages-notice-run-cancelled = The run was told to stop.
pages-notice-run-retried = The run was taken up again.
pages-log = Log
pages-log-range = { $first }–{ $last } of { $total }
pages-log-found =
    { $count ->
        [0] no line
        [one] 1 line
       *[other] { $count } lines
    }
pages-log-find = Find in the log
pages-log-level = Which lines
pages-log-level-any = All lines
pages-log-level-warning = Warnings and errors
pages-log-level-error = Errors
pages-log-show = Show
pages-log-download = Download as text
pages-log-none-level = No line is that bad.
pages-log-found-many = { $count } lines or more
pages-log-found-after = after line { $line }
pages-log-all = Back to the whole log
pages-log-first = First lines
pages-log-earlier = Earlier lines
pages-log-later = Later lines
pages-log-newest = Newest lines
pages-log-none-found = No line holds “{ $text }”.
pages-log-empty = The run wrote no log.

## Values of plans, inputs and outcomes

pages-value-target = Location
pages-value-type = Read as
pages-value-only = Only
pages-value-repositories = Repositories
pages-value-files = Files
pages-value-entities_missing = Entities from what is gone
pages-value-trouble = Trouble
pages-value-unreadable = Unreadable
pages-value-added = New
pages-value-changed = Changed
pages-value-removed = Removed
pages-value-unchanged = Unchanged
pages-value-findings = Findings

## Findings

pages-findings-lead = What is wrong with what you run, who can mend it and by when.
pages-findings-views = Views of findings
pages-findings-all = One by one
pages-findings-by-rule = By rule
pages-findings-by-owner = By owner
pages-finding-by-severity = By severity
pages-finding-entities = Entities
pages-unowned = Without an owner
pages-unowned-lead = These wait for nobody in particular. Name an owner, or mend them as an operator.
pages-unowned-owner = Entities that nobody owns
pages-unowned-owner-note = or that are left out of the catalog
pages-unowned-entity = About no entity
pages-unowned-entity-note = sources, repositories and files as such
pages-bulk = Accept what is selected for a while
pages-bulk-lead = All that is selected leaves the list of what is open, for one reason, and comes back by itself.
pages-bulk-pick = Select
pages-bulk-all = Select all on this page
pages-bulk-do = Accept the selected
pages-bulk-none = Select at least one finding first.
pages-notice-bulk-suppressed =
    { $count ->
        [one] One finding is accepted for { $days } days.
       *[other] { $count } findings are accepted for { $days } days.
    }
pages-findings-never = Nothing has been looked at yet. Register a location: whatever is wrong in it is reported here.
pages-findings-none = Nothing is wrong that homeport knows of. Findings that are accepted or mended are kept.
pages-findings-all-states = Show those accepted and mended too
pages-findings-no-match = Nothing matches these filters.
pages-findings-total =
    { $count ->
        [one] 1 finding
       *[other] { $count } findings
    }
pages-findings-filter = Filter by entity…
pages-finding = Finding
pages-finding-severity = Severity
pages-finding-entity = Entity
pages-finding-owner = Owner
pages-finding-first-seen = First seen
pages-finding-last-seen = Last seen
pages-finding-due = Due
pages-finding-rule = Rule
pages-finding-source = Source
pages-finding-scope = Scope
pages-finding-said = What { $source } says
pages-finding-more = Read more about this rule of { $source }
pages-finding-age = Age
pages-finding-age-7 = over a week
pages-finding-age-30 = over 30 days
pages-finding-age-90 = over 90 days
pages-finding-age-180 = over 180 days
pages-finding-due-overdue = Overdue
pages-findings-export = Take this list with you:
pages-finding-state = State
pages-finding-worst = Worst
pages-finding-count = Open
pages-finding-overdue = Overdue
pages-finding-oldest = Oldest
pages-finding-number = Number
pages-finding-state-open = Open
pages-finding-state-suppressed = Accepted
pages-finding-state-gone = Gone
pages-finding-state-all = All
pages-owner-me = Mine
pages-owner-none = Nobody
pages-overdue-days =
    { $count ->
        [one] 1 day late
       *[other] { $count } days late
    }
pages-finding-why = Why it matters
pages-finding-fix = How to mend it
pages-finding-example = What to write
pages-finding-evidence = Where it was seen
pages-finding-about = About this finding
pages-finding-history = History
pages-finding-siblings = Also wrong with { $name }
pages-finding-was-seen = Seen for the first time
pages-finding-was-seen-again = Still there
pages-finding-was-back = Back again
pages-finding-was-gone = No longer there
pages-finding-was-suppressed = Accepted
pages-finding-was-unsuppressed = Opened again
pages-finding-was-due-again = Open again: the time it was accepted for is over
pages-finding-gone-note = The last look no longer saw it, so there is nothing left to do.
pages-suppress = Accept it for a while
pages-suppress-lead = It leaves the list of what is open and comes back by itself.
pages-suppress-reason = Reason
pages-suppress-reason-hint = Whoever reads this in half a year should understand it.
pages-suppress-for = For
pages-suppress-days =
    { $count ->
        [7] 1 week
        [14] 2 weeks
        [365] 1 year
       *[other] { $count } days
    }
pages-suppress-do = Accept
pages-suppress-no-reason = Say why it is accepted.
pages-suppress-long-reason = Say it in at most 2,000 characters.
pages-suppress-bad-days = Choose one of the durations.
pages-suppressed-title = Accepted by { $name }
pages-suppressed-until = It opens again on
pages-unsuppress = Open it again
pages-unsuppress-lead = It is accepted for now. Open it again if the reason no longer holds.
pages-notice-suppressed =
    { $days ->
        [365] Accepted for a year.
       *[other] Accepted for { $days } days.
    }
pages-notice-unsuppressed = The finding is open again.

## Saved views

pages-views = Saved views
pages-views-lead = Filters, orders and columns of lists under a name. Your own are seen by nobody else.
pages-views-empty = No view is saved yet. Filter a list as you like it, then choose “Save this view” above it.
pages-view = View
pages-view-list = List
pages-view-audience = Shared with
pages-view-audience-hint = Members of a team share with their team, operators with everyone; whoever may share with them may also rename and delete.
pages-view-by = Made by
pages-view-act = Action
pages-view-me = Only me
pages-view-everyone = Everyone
pages-view-save = Save this view
pages-view-lead = The filter, the order and the columns of the list, under a name.
pages-view-name = Name
pages-view-do = Save
pages-view-change = Change
pages-view-delete = Delete this view
pages-view-delete-lead = Only the name goes; nothing that it shows is touched.
pages-notice-view-saved = { $name } is saved. You find it under “Views” above the list.
pages-notice-view-changed = { $name } is changed.
pages-notice-view-deleted = { $name } is deleted.

## Home

pages-home-hello = Hello, { $name }
pages-home-me = My settings
pages-home-my-findings = Findings in what you own
pages-home-open-findings = Open findings
pages-home-worst-findings = Worst open findings
pages-home-severe =
    { $count ->
        [0] none high or critical
       *[other] { $count } high or critical
    }
pages-home-no-findings = Nothing of yours needs mending.
pages-home-runs-today = Runs, last 24 h
pages-home-failed-today =
    { $count ->
        [0] none failed
       *[other] { $count } failed
    }
pages-home-changes-today = Changes, last 24 h
pages-home-changes-note = of entities in the catalog
pages-home-failed = Your runs that failed
pages-home-happened = What happened
pages-home-and-more =
    { $count ->
        [one] { $name } and one more
       *[other] { $name } and { $count } more
    }
pages-welcome-lead = homeport is empty still. Two ways to begin:
pages-welcome-connect = Connect my repositories
pages-welcome-connect-lead = Point homeport at a folder of Git repositories. It finds services, APIs, resources and who owns them, with or without YAML, and asks you only where it is not sure.
pages-welcome-connect-do = Choose a folder
pages-welcome-demo = Look around the demo
pages-welcome-demo-lead = A made-up retailer with 40 repositories, 28 of them without a line of YAML, three unclear owners and one orphan. Run this where you got homeport from:
pages-welcome-demo-note = It lives in a folder of its own and touches nothing of yours.

## Search

pages-search-of = Search: { $q }
pages-search-lead = Names, titles and descriptions of services, APIs, resources, teams and people. Parts of words are enough.
pages-search-found = Found
pages-search-more = Show all { $count }
pages-search-all-kinds = Show every kind
pages-search-none = Nothing holds “{ $q }”.
pages-search-hint-short = Try fewer or shorter words: all of them have to be there.
pages-search-hint-part = Part of a name is enough: ord finds order-api, 주문 finds 주문을.
pages-search-hint-missing = If it ought to be there, its repository may not have been read yet.

## Me

pages-me = Me
pages-me-lead = How homeport knows you, and how you want to see it.
pages-me-who = Who you are here
pages-me-role = Role
pages-me-entity = In the catalog
pages-me-teams = Teams
pages-me-no-teams = None that the catalog knows of
pages-me-display = Display
pages-me-auto = As the browser says
pages-me-zone = Time zone
pages-me-zones-common = Common
pages-me-zones-all = All
pages-me-zone-hint = Times are shown in { $zone } now.
pages-me-sessions = Where you are signed in
pages-me-this = this browser
pages-me-since = since
pages-me-until = until
pages-me-seen = seen
pages-way-link = by link
pages-way-password = by password
pages-way-oidc = by a provider
pages-way-break-glass = break glass
pages-sign-in-end = Sign out
pages-sign-in-end-others = Sign out everywhere else
pages-notice-sign-in-ended = That sign-in has ended.
pages-notice-sign-ins-ended = You are signed out everywhere else.
pages-save = Save
pages-notice-saved = Saved.

## Administration

pages-admin-lead = How this installation is doing, and who and what may use it.
pages-admin-overview = Overview
pages-admin-tokens = API tokens
pages-admin-people = People
pages-admin-sign-ins = Sign-ins
pages-sign-in-browser = Browser
pages-sign-in-way = How
pages-sign-in-address = Address
pages-sign-in-since = Signed in
pages-admin-events = Parked events
pages-admin-settings = Settings
pages-admin-installation = Installation
pages-admin-version = Version
pages-admin-organisation = Organisation
pages-admin-address = Address
pages-admin-home = Home folder
pages-admin-database = Database
pages-admin-engine = Engine
pages-admin-answers = answers
pages-admin-place = Place
pages-admin-size = Size
pages-admin-work = Work
pages-admin-work-lead = What is due, what is being worked on, and what is for later.
pages-admin-refusal = Your role here is { $role }. This page shows tokens, people and settings.
pages-queue = Queue
pages-queue-due = Due
pages-queue-working = At work
pages-queue-later = Later
pages-queue-wait = Oldest waits
pages-queue-run = Runs
pages-queue-timer = Timers
pages-queue-event = Events
pages-queue-nothing-waits = nothing waits
pages-queue-empty = Nothing waits and nothing is planned.
pages-queue-stuck-title = Work is due and nobody does it
pages-queue-stuck = Something has been due for over half a minute without a worker taking it. The server works by itself; to work beside it, start:
pages-parked-count =
    { $count ->
        [one] One event could not be delivered and was set aside.
       *[other] { $count } events could not be delivered and were set aside.
    }
pages-parked-look = Look at them
pages-parked-lead = These events were tried six times and set aside, so that those after them could go on. What the subscriber would have done is not done. The error says why; mend it, then repeat the work (a discovery, for one).
pages-parked-none = Every event reached whom it was for.
pages-event = Event
pages-event-subscriber = Subscriber
pages-event-error = Error
pages-event-at = Set aside
pages-tokens-none = No program has a token yet. A token lets scripts and CI use the API with a role of their own.
pages-token-name = Name
pages-token-name-hint = What it is for, such as ci-deploy.
pages-token-role = Role
pages-token-role-hint = The least that does the job.
pages-token-scopes = Scopes
pages-token-scopes-hint = What of the role it may, with commas: read, finding.import, catalog.*. Empty: all of it.
pages-token-scopes-known = All scopes
pages-token-bad-scopes = There is no such scope. All of them stand below the field.
pages-token-by = Made by
pages-token-used = Last used
pages-token-expires = Expires
pages-token-action = Action
pages-token-forever = Never
pages-never = never
pages-token-expired = expired
pages-token-new = New token
pages-token-make = Make token
pages-token-made = Token { $name } is made
pages-token-once = Copy it now: it is shown this once and can't be had again.
pages-token-revoke = Revoke
pages-token-no-name = Give the token a name.
pages-token-bad-name = Take a name of at most 100 visible characters.
pages-token-bad-role = Choose one of the roles.
pages-token-taken = A token of that name is in use. Revoke it first, or take another name.
pages-notice-token-revoked = Token { $name } is revoked.
pages-person = Person
pages-person-entity = In the catalog
pages-person-seen = Last seen
pages-person-since = Since
pages-people-link = Password link
pages-people-link-lead = A link with which somebody chooses a password, once, within a day. A new login name makes the person.
pages-people-link-new = Only for a login name that is new.
pages-people-link-make = Make the link
pages-people-link-made = Password link for { $name }
pages-people-link-once = It is shown this once. Send it to nobody else: whoever opens it first chooses the password. The old one works until then.
pages-people-bad-login = Take up to 100 characters without blanks, such as haneul.kim.
pages-people-invite = Let somebody in
pages-people-invite-lead = This prints a link that works once, for a day. The same name again makes a new link for the same person.
pages-settings-lead = In force now. Change them in `{ $file }` or by environment variables, then start homeport again. Secrets are shown as stars.
pages-setting = Setting
pages-setting-value = Value
pages-setting-unset = not set
pages-setting-changed = changed
