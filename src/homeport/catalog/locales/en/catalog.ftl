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
catalog-empty = Nothing is known yet. Point homeport at a folder of Git repositories; it finds services, APIs, resources and their owners, with or without YAML.
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
catalog-column-folder = Folder
catalog-column-repositories = Repositories
catalog-column-entities = Entities
catalog-column-discovered = Last read
catalog-column-again = Action
catalog-facet-none = None
catalog-facet-me = Mine
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
catalog-graph-lead = What depends on what. Click a box to walk on from there.
catalog-graph-focus = Entity to begin with
catalog-graph-show = Show
catalog-graph-of = Relations of { $name }
catalog-graph-description = { $count ->
        [one] { $name } and one entity it is related to.
       *[other] { $name } and { $count } entities around it.
    } Arrows point to what is needed.
catalog-graph-relations = Relations shown
catalog-graph-dependency = Dependencies
catalog-graph-api = APIs
catalog-graph-system = Systems
catalog-graph-owner = Owners
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

catalog-yaml-lead = The entity as homeport puts it together: what somebody wrote, with what people confirmed and what was inferred filled in.
catalog-yaml-composed = Composed
catalog-yaml-described = As it is written in the repository
catalog-excerpt = The first { $shown } of { $total } lines.
catalog-whole-file = Show the whole file

## Discovery

catalog-discover = Discover
catalog-discover-lead = homeport reads Git repositories on this server and tells what they hold. It never writes to them.
catalog-discover-step-1 = 1 · Choose a folder
catalog-discover-step-2 = 2 · Look and start
catalog-discover-folder = Folder on the server
catalog-discover-hint = Absolute path to a folder of Git repositories, bare or checked out, in any depth.
catalog-discover-preview = Preview
catalog-discover-found =
    { $count ->
        [one] 1 repository
       *[other] { $count } repositories
    }
catalog-discover-will = A run reads these repositories and publishes what it finds. Repositories that have not changed are not read again.
catalog-discover-changed = The folder has changed since the preview. Look at the new list and start again.
catalog-discover-start = Start discovery
catalog-discover-reads = What is read
catalog-reads-owners = Owners from CODEOWNERS and commits
catalog-reads-apis = APIs from OpenAPI, AsyncAPI and protobuf
catalog-reads-resources = Resources from CloudFormation and Terraform
catalog-reads-relations = Dependencies from configuration
catalog-reads-yaml = catalog-info.yaml, where there is one
catalog-demo = Only looking?
catalog-demo-text = The demo builds a company with 40 repositories and discovers them:
catalog-locations = Folders
catalog-locations-lead = Each is read again every night.
catalog-unreadable = { $count } unreadable
catalog-never-discovered = not yet
catalog-read-again = Read again

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
