approvals = Approvals
nav-approvals = Approvals
approvals-views = Runs and approvals
approvals-which = Which requests
approvals-lead = What waits for somebody's word before it runs, and what was decided.
approvals-request = Request
approvals-waiting = Waiting
approvals-for-me = Waiting for your word
approvals-all = All
approvals-count =
    { $count ->
        [one] 1 request
       *[other] { $count } requests
    }
approvals-empty-waiting = Nothing waits for anybody's word. Rules under approvals in homeport.yaml say what needs whose.
approvals-empty-me = Nothing waits for your word.
approvals-empty-all = Nobody has asked for approval yet. Rules under approvals in homeport.yaml say what needs whose.
approvals-asked-by = { $name } asks
approvals-until = Until
approvals-state-waiting = Waiting
approvals-state-approved = Approved, not started
approvals-state-refused = Refused
approvals-state-expired = Expired
approvals-state-withdrawn = Withdrawn
approvals-state-used = Approved, run started
approvals-state-void = Void
approvals-would-add = { $count } added
approvals-would-change = { $count } changed
approvals-would-replace = { $count } replaced
approvals-would-delete = { $count } deleted
approvals-reason = Why
approvals-no-reason = Who asked gave no reason.
approvals-changes = What would change
approvals-destroys = What is replaced or deleted does not come back by itself. If more of it turns up before or while the run works, the run stops and asks again.
approvals-commitments = What you approve
approvals-commitments-note = exactly this
approvals-observations = As it looks now
approvals-observations-note = read again at the start
approvals-more-targets =
    { $count ->
        [one] and 1 more
       *[other] and { $count } more
    }
approvals-decide = Your word
approvals-note = Note
approvals-note-hint = Who asked reads it, and whoever looks later.
approvals-approve = Approve
approvals-refuse = Refuse
approvals-withdraw = Withdraw the request
approvals-hindrance-asked = You asked for this, so somebody else has to decide; below is who could.
approvals-hindrance-not-named = The rule does not name you; below is who could.
approvals-hindrance-decided = You have decided already; others still have to.
approvals-hindrance-program = Programs can't approve; below is who could.
approvals-hindrance-closed = Nothing can be decided any more.
approvals-who = Who decides
approvals-takes =
    { $count ->
        [one] One of
       *[other] { $count } of
    }
approvals-role-up = { $role } or higher
approvals-lacks =
    { $count ->
        [one] 1 approval is missing
       *[other] { $count } approvals are missing
    }
approvals-met = met
approvals-self = who asked may be one of them
approvals-not-self = not who asked
approvals-history = History
approvals-approved = Approved
approvals-refused = Refused
approvals-was-asked = Asked
approvals-void-replaced = The plan has changed since this was asked for. A new request asks for the new plan.
approvals-look-new = To the new request
approvals-look-run = To the run
approvals-look = To the request
approvals-away = Approved; it starts as soon as this is back
approvals-expired-note = Nobody decided in time. Plan and start again to ask anew.
approvals-used-note = Enough people approved, and the run started.
approvals-stopped-note = More would be replaced or deleted by now than was approved. With your approval the run goes on by this new plan; what it did stays done.
approvals-run-stopped = The run stopped and asks
approvals-run-asks = More would be replaced or deleted by now than was approved. It goes on once the new plan is approved.
approvals-run-card = Approved by
approvals-run-standing = Started by a trigger under the standing approval { $name }, for which { $owner } answers.
approvals-run-changes = Plan and what happened
approvals-run-happened = What happened:
approvals-run-untold = The procedure did not count what it changed.
approvals-notice-void = The plan has changed since it was asked for: this request is void, and a new one asks for the new plan.
approvals-notice-started = Approved: the run has started.
approvals-notice-approved = Your approval is recorded.
approvals-notice-refused = The request is refused; nothing is done.
approvals-notice-withdrawn = The request is withdrawn.
