## List

catalog-title = Catalog
catalog-lead = Every service, API and resource your organisation runs, and who owns it.
catalog-kinds = Kinds
catalog-kinds-all = All
catalog-kinds-component = Components
catalog-kinds-api = APIs
catalog-kinds-resource = Resources
catalog-kinds-system = Systems
catalog-kinds-domain = Domains
catalog-kinds-group = Teams
catalog-kinds-user = People
catalog-kinds-template = Templates
catalog-kinds-location = Locations
catalog-filter = Name, title, owner:team
catalog-total = { $shown } of { $total }
catalog-empty = Nothing is known yet. Point homeport at Git repositories or catalog files; it finds services, APIs, resources and their owners, with or without YAML.
catalog-demo-link = Or look at the demo company
catalog-no-match = Nothing matches these filters.
catalog-clear = Clear the filters
catalog-everything = Show everything
catalog-stat-entities = Entities
catalog-stat-kinds =
    { $count ->
        [one] of one kind
       *[other] of { $count } kinds
    }
catalog-stat-owned = Owned
catalog-stat-unowned =
    { $count ->
        [0] everything has an owner
       *[other] { $count } without an owner
    }
catalog-stat-confirm = To confirm
catalog-stat-confirm-note = inferred, not sure enough
catalog-stat-confirmed = nothing to ask
catalog-stat-findings = Open findings
catalog-stat-severe =
    { $count ->
        [0] none high or critical
       *[other] { $count } high or critical
    }
catalog-column-name = Name
catalog-column-kind = Kind
catalog-column-type = Type
catalog-column-owner = Owner
catalog-column-system = System
catalog-column-lifecycle = Lifecycle
catalog-column-language = Language
catalog-column-source = Source
catalog-column-findings = Findings
catalog-column-relation = Relation
catalog-column-entity = Entity
catalog-column-repositories = Repositories
catalog-column-entities = Entities
catalog-column-again = Action
catalog-facet-none = None
catalog-facet-me = Mine
catalog-values-title = Every value of { $facet }
catalog-values-lead = Most entities first. A click adds the filter to the list, or takes it away.
catalog-values-find = Find a value
catalog-origin-yaml = file
catalog-origin-inferred = auto
catalog-least-sure = Confidence of the least certain field, from 0 to 1
catalog-confirm = confirm
catalog-no-owner = no owner
catalog-not-known = { $name } is not in the catalog
catalog-unknown-entity = not in the catalog

## Who may

catalog-who-may = This takes the role { $role } or higher.
catalog-who-may-owner = This takes { $owner }, who own it, or the role { $role } or higher.
catalog-role-viewer = viewer
catalog-role-developer = developer
catalog-role-operator = operator
catalog-role-admin = admin

## Entity

catalog-tabs = Views of this entity
catalog-tab-overview = Overview
catalog-tab-dependencies = Dependencies
catalog-tab-api = API
catalog-tab-findings = Findings
catalog-tab-activity = Activity
catalog-tab-yaml = YAML
catalog-about = About
catalog-links = Links
catalog-relations = Relations
catalog-around = Around it
catalog-entities-count =
    { $count ->
        [one] 1 entity
       *[other] { $count } entities
    }
catalog-people-count =
    { $count ->
        [one] 1 person
       *[other] { $count } people
    }
catalog-show-all = Show all { $count }
catalog-ancestry = Where it comes from
catalog-is-stale = stale
catalog-stale = This may be out of date
catalog-missing-lead = It is described somewhere, but left out of the catalog. This is why, and how to mend it:
catalog-unknown = unknown
catalog-said-by = confirmed by { $name }
catalog-refused = said to be wrong
catalog-correct-field = Correct { $field }
catalog-first-seen = First seen
catalog-due = Due
catalog-no-activity = Nothing has happened to it since it came into the catalog.
catalog-no-findings = no findings

## Questions

catalog-questions = Is this right?
catalog-questions-count =
    { $count ->
        [one] 1 question
       *[other] { $count } questions
    }
catalog-questions-more =
    { $count ->
        [one] One more question
       *[other] { $count } more questions
    }
catalog-someone-else = Someone else
catalog-right-after-all = Right after all
catalog-rather = This one
catalog-owner-is = Owner is
catalog-owner-unknown = Nobody could be made out. Who owns it?
catalog-set-owner = Set owner
catalog-notice-confirmed = Thank you. { $value } is confirmed for { $name }.
catalog-notice-wrong = Noted: { $value } is wrong for { $name }.

## Fields

catalog-field-name = Name
catalog-field-kind = Kind
catalog-field-owner = Owner
catalog-field-system = System
catalog-field-type = Type
catalog-field-lifecycle = Lifecycle
catalog-field-language = Language
catalog-field-title = Title
catalog-field-title-ko = Korean title
catalog-field-description = Description
catalog-field-tags = Tags
catalog-field-domain = Domain
catalog-field-parent = Parent team
catalog-field-subcomponent-of = Part of
catalog-field-depends-on = Depends on
catalog-field-dependency-of = Needed by
catalog-field-provides-apis = Provides
catalog-field-consumes-apis = Consumes
catalog-field-members = Member
catalog-field-member-of = Member of
catalog-field-children = Subteams

## Where a value was learned

catalog-from-yaml = YAML
catalog-from-confirmed = Confirmed
catalog-from-codeowners = CODEOWNERS
catalog-from-component = Its component
catalog-from-commits = Commits
catalog-from-manifest = Manifest
catalog-from-readme = README
catalog-from-openapi = OpenAPI
catalog-from-asyncapi = AsyncAPI
catalog-from-grpc = Protobuf
catalog-from-graphql = GraphQL
catalog-from-cloudformation = CloudFormation
catalog-from-terraform = Terraform
catalog-from-compose = Compose
catalog-from-helm = Helm
catalog-from-kubernetes = Kubernetes
catalog-from-serverless = Serverless
catalog-from-env = Environment
catalog-from-configuration = Configuration
catalog-from-dockerfile = Dockerfile
catalog-from-layout = File layout
catalog-from-path = Folder

## Relations, from this entity's side

catalog-relation-ownedBy = Owned by
catalog-relation-ownerOf = Owns
catalog-relation-partOf = Part of
catalog-relation-hasPart = Has parts
catalog-relation-providesApi = Provides
catalog-relation-apiProvidedBy = Provided by
catalog-relation-consumesApi = Consumes
catalog-relation-apiConsumedBy = Consumed by
catalog-relation-dependsOn = Depends on
catalog-relation-dependencyOf = Needed by
catalog-relation-parentOf = Parent of
catalog-relation-childOf = Child of
catalog-relation-memberOf = Member of
catalog-relation-hasMember = Members

## Graph

catalog-graph = Graph
catalog-graph-lead = How things are related: what depends on what, who owns it, what it is part of. Click a box to walk on from there.
catalog-graph-focus = Entity to begin with
catalog-graph-show = Show
catalog-graph-of = Relations of { $name }
catalog-graph-description = { $count ->
        [one] { $name } and one entity it is related to.
       *[other] { $name } and { $count } entities around it.
    } Arrows point to what is needed.
catalog-graph-relations = Relations shown
catalog-graph-dependsOn = Depends on
catalog-graph-providesApi = Provides API
catalog-graph-consumesApi = Consumes API
catalog-graph-partOf = Part of
catalog-graph-ownedBy = Owned by
catalog-graph-parentOf = Parent team
catalog-graph-memberOf = Member of
catalog-graph-all = All
catalog-graph-depth = How far
catalog-graph-steps =
    { $count ->
        [one] 1 step
       *[other] { $count } steps
    }
catalog-graph-more = { $count } more
catalog-graph-cut = Only the nearest { $count } entities are shown. Choose fewer steps or relations to see all of what is left.
catalog-graph-empty = Nothing is known to be related to { $name } in this way. Choose other relations above.
catalog-edge-dependsOn = depends on
catalog-edge-providesApi = provides
catalog-edge-consumesApi = consumes
catalog-edge-partOf = part of
catalog-edge-ownedBy = owned by
catalog-edge-parentOf = parent of
catalog-edge-memberOf = member of

## API

catalog-api-version = version { $version }
catalog-api-operations =
    { $count ->
        [one] 1 operation
       *[other] { $count } operations
    }
catalog-api-raw = Definition
catalog-api-broken = This definition can't be read
catalog-api-untagged = Operations
catalog-api-parameters = Parameters
catalog-api-request = Request
catalog-api-response = Response
catalog-api-deprecated = deprecated
catalog-api-needs = Needs { $schemes }
catalog-api-left-out = { $count } more operations are only in the definition below.

## Text

catalog-yaml-lead = What somebody wrote, where there is such a file, and the entity as homeport sees it: placeholders filled in, with what people confirmed and what was inferred.
catalog-yaml-composed = As homeport sees it
catalog-yaml-described = As written
catalog-excerpt = The first { $shown } of { $total } lines.
catalog-whole-file = Show the whole file

## Locations

catalog-locations = Locations
catalog-locations-lead = What the catalog is read from. Each is checked every night, and what changed is read again.
catalog-locations-empty = Nothing is read yet. A location is a folder of Git repositories, a Git URL, a file, an address or a Backstage.
catalog-location-type-repos = Folder of repositories
catalog-location-type-git = Git repository
catalog-location-type-file = Files
catalog-location-type-url = Address
catalog-location-type-backstage = Backstage
catalog-location-help-repos = A folder on this server, such as /srv/git. Every Git repository below it is read whole: owners, APIs and dependencies are found even without YAML.
catalog-location-help-git = A Git URL over https, ssh or file. The repository is fetched and read whole; with #main:catalog-info.yaml after the URL, only the descriptors at that path.
catalog-location-help-file = Descriptors on this server: one file, or a pattern such as /srv/catalog/**/*.yaml.
catalog-location-help-url = A catalog-info.yaml at an address, such as a link into GitHub or GitLab.
catalog-location-help-backstage = The address of a running Backstage. Its entities are read, and followed when they change.
catalog-location-origin-config = homeport.yaml
catalog-location-origin-api = REST API
catalog-location-origin-person = A person
catalog-location-fine = Up to date
catalog-location-not-reached = Can't be read
catalog-location-trouble = This location can't be read
catalog-location-keeps = What it gave before stays in the catalog until then.
catalog-location-all-read = Everything in it could be read the last time.
catalog-location-not-yet = It has not been read to the end yet. Its run says how far it is.
catalog-location-added = Added
catalog-location-entity = In the catalog
catalog-location-itself = The Location that stands for it
catalog-location-remove = Remove this location
catalog-location-remove-lead =
    { $count ->
        [0] Nothing came from it yet. It is simply no longer read.
        [one] It is no longer read, and the entity that came from it leaves the catalog. What people confirmed is kept, and holds again when the location comes back.
       *[other] It is no longer read, and the { $count } entities that came from it leave the catalog. What people confirmed is kept, and holds again when the location comes back.
    }
catalog-location-in-config = homeport.yaml names this location. Take it out of catalog.locations there; it is gone after the next start.
catalog-notice-location-removed = { $target } is no longer read.
catalog-unreadable = { $count } unreadable
catalog-unreadable-parts = Could not be read
catalog-never-read = not read yet
catalog-check-again = Check again
catalog-read-again = Read again
catalog-remove = Remove
catalog-since = since { $when }
catalog-stale-entities =
    { $count ->
        [one] Show the entity that may be out of date
       *[other] Show the { $count } entities that may be out of date
    }
catalog-stale-since = Stale since { $when }.
catalog-column-location = Location
catalog-column-read-as = Read as
catalog-column-named-by = Named by
catalog-column-checked = Last checked
catalog-column-state = State
catalog-column-part = Repository or file
catalog-column-reason = Reason
catalog-column-since = Since
catalog-column-files = Files
catalog-column-standing = In the catalog
catalog-column-place = Where

## Registering a location

catalog-register = Register a location
catalog-register-lead = Name what homeport should read. You see what it would add before anything is stored; nothing is ever written to it.
catalog-register-step-1 = 1 · What to read
catalog-register-step-2 = 2 · What it would add
catalog-register-type = How it is read
catalog-register-target = Location
catalog-register-hint = Absolute path, pattern, Git URL or address, as the choice above says.
catalog-register-preview = Preview
catalog-register-repositories =
    { $count ->
        [one] 1 repository
       *[other] { $count } repositories
    }
catalog-register-files =
    { $count ->
        [one] 1 file read
       *[other] { $count } files read
    }
catalog-register-will-repositories = These repositories are read and what they hold is published. Those that have not changed are not read again.
catalog-register-changed = The location has changed since the preview. Look at what it would add now, and go on from there.
catalog-register-known = This location is registered already. It can be checked again right away.
catalog-register-cut = { $read } files were read for this preview; { $left } more were found and left for the run.
catalog-register-add = Add to the catalog
catalog-register-not-added = with file, line and reason
catalog-register-see-why = See why
catalog-register-unshown =
    { $count ->
        [one] One more entity is not listed here.
       *[other] { $count } more entities are not listed here.
    }
catalog-register-reads = What is read from repositories
catalog-standing-new = New
catalog-standing-present = Already here
catalog-standing-taken = Name taken
catalog-standing-rejected = Left out
catalog-taken-by = described in { $place }
catalog-reads-owners = Owners from CODEOWNERS and commits
catalog-reads-apis = APIs from OpenAPI, AsyncAPI and protobuf
catalog-reads-resources = Resources from CloudFormation and Terraform
catalog-reads-relations = Dependencies from configuration
catalog-reads-yaml = catalog-info.yaml, where there is one
catalog-demo = Only looking?
catalog-demo-text = The demo builds a company with 40 repositories and discovers them:

## Home

catalog-card-turn = My turn
catalog-card-turn-done = Nothing waits for your answer.
catalog-card-unowned = Who owns it?
catalog-card-mine = What I own
catalog-card-mine-empty = Your teams own nothing yet.

## What happened

change-catalog-added = Found for the first time
change-catalog-changed = Changed
change-catalog-owner = Has another owner
change-catalog-removed = No longer found
catalog-did-confirm = { $field } confirmed: { $value }
catalog-did-refuse = { $field } is not { $value }
