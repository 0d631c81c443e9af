## Around the page

web-skip = Skip to content
web-menu = Open menu
web-menu-close = Close menu
web-navigation = Main
web-breadcrumbs = Where you are
web-search = Search
web-search-placeholder = Services, APIs, teams, pages…
web-notices = Notices
web-display = Display
web-me = My settings
web-role-viewer = viewer
web-role-developer = developer
web-role-operator = operator
web-role-security = security
web-role-admin = admin
web-sign-out = Sign out
web-theme = Theme
web-theme-system = System
web-theme-light = Light
web-theme-dark = Dark
web-language = Language
web-group-deliver = Deliver
web-group-operate = Operate
web-group-secure = Secure
web-group-admin = System

## Navigation

nav-home = Home
nav-catalog = Catalog
nav-create = Create
nav-stacks = Stacks
nav-runs = Runs
nav-findings = Findings
nav-admin = Admin

## Palette and keys

web-palette-go = Go to
web-palette-empty = Nothing by that name. Press Enter to search everything.
web-palette-hint = ↑ ↓ to choose, Enter to open
web-keys = Keyboard shortcuts
web-keys-palette = Search or go to
web-keys-search = Search in this list
web-keys-home = Home
web-keys-catalog = Catalog
web-keys-runs = Runs
web-keys-findings = Findings
web-keys-down = Next row
web-keys-up = Previous row
web-keys-help = This help
web-keys-single = Single-key shortcuts
web-on = On
web-off = Off
web-close = Close

## Lists

web-filter = Filter
web-filters = Active filters
web-filter-remove = Remove filter
web-filters-clear = Clear all filters
web-facet-any = all
web-facet-clear = Clear
web-facet-more = Show all
web-nothing-found = Nothing matches these filters.
web-views = Views
web-view-save = Save this view
web-view-manage = Look after views
web-view-me = only mine
web-view-team = shared with a team
web-view-everyone = shared with everyone
web-columns = Columns
web-columns-default = Usual columns
web-pages = Pages
web-pages-first = First page
web-pages-next = Next

## Words

web-severity-critical = Critical
web-severity-high = High
web-severity-medium = Medium
web-severity-low = Low
web-severity-info = Info
web-kind-component = Component
web-kind-api = API
web-kind-resource = Resource
web-kind-system = System
web-kind-domain = Domain
web-kind-group = Team
web-kind-user = Person
web-kind-template = Template
web-kind-location = Location

## Facts

web-confidence = Confidence, from 0 to 1
web-confirm = Confirm
web-wrong = Wrong
web-confirm-field = Confirm { $field }
web-wrong-field = { $field } is wrong

## Text

web-copy = Copy { $text }
web-copy-all = Copy all
web-copied = Copied
web-code = Code
web-log-of = Log of { $step }
web-as-table = Show as a table
web-graph-more = +{ $count } more
web-graph-relation = Relation
web-graph-from = From
web-graph-to = To

## Forms

web-required = required
web-form-errors =
    { $count ->
        [one] One field needs another look
       *[other] { $count } fields need another look
    }

## Errors

web-error-400-title = That did not work
web-error-400-advice = Nothing was changed. Go back, look at what is said below, and try again.
web-error-403-title = You may not do this
web-error-403-advice = Your role does not allow it. The owner of this page's subject or an admin can do it, or give you the role.
web-error-404-title = There is nothing here
web-error-404-advice = The address may be mistyped, or what was here has been removed. Search for it by name.
web-error-500-title = Something broke on our side
web-error-500-advice = Nothing half-done was kept. Try again; if it happens once more, send an admin the time and the text below.
web-error-503-title = Not available right now
web-error-503-advice = Something homeport needs does not answer. Try again in a minute; the log of homeport says what it is.
web-error-home = Go to Home
web-error-detail = What the server said
