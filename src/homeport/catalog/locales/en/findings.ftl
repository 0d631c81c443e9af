## What is wrong, why it matters, how to mend it. `-example` is what to write, as it stands in the file.

finding-catalog-broken-file-name = Unreadable file
finding-catalog-broken-file-title = { $file } could not be read in full
finding-catalog-broken-file-why = homeport learns from this file what the repository holds. The reader said: { $reason }. Until it can be read, what it says is missing from the catalog.
finding-catalog-broken-file-fix = Open { $file }, mend the place named in the evidence, and commit. The next discovery reads it again; if it is right as it is, accept this finding with a word on why.

finding-catalog-empty-repository-name = Empty repository
finding-catalog-empty-repository-title = { $repository } has no commit
finding-catalog-empty-repository-why = A repository without a commit holds nothing that could be found, so it is in no list and has no owner.
finding-catalog-empty-repository-fix = Push a first commit, or archive the repository if nobody needs it.
finding-catalog-empty-repository-example =
    git commit --allow-empty -m "Begin"
    git push origin HEAD

finding-catalog-invalid-entity-name = Invalid description
finding-catalog-invalid-entity-title = { $file } describes something that is no entity
finding-catalog-invalid-entity-why = The description is left out of the catalog: { $reason }. Until it is mended, the catalog shows what was known before, or what was inferred from the repository.
finding-catalog-invalid-entity-fix = Mend the line named in the evidence. Every entity needs apiVersion, kind and a name of letters, digits and - _ . between them; the usual head of a file looks like this:
finding-catalog-invalid-entity-example =
    apiVersion: backstage.io/v1alpha1
    kind: Component
    metadata:
      name: order-api
    spec:
      type: service
      lifecycle: production
      owner: team-order

finding-catalog-unresolved-reference-name = Broken reference
finding-catalog-unresolved-reference-title = { $file } points to { $target }, which can't be followed
finding-catalog-unresolved-reference-why = What { $target } holds is missing from the catalog: { $reason }. A reference may not lead out of what its file was read from: the repository, the folder or the host.
finding-catalog-unresolved-reference-fix = Correct the reference in { $file }; a path begins at the folder that the file lies in. Leave the line out if the target was removed.
finding-catalog-unresolved-reference-example =
    spec:
      definition:
        $text: ./openapi.yaml

finding-catalog-duplicate-entity-name = Name used twice
finding-catalog-duplicate-entity-title = { $entity } is described twice
finding-catalog-duplicate-entity-why = Two places give one name. The catalog keeps what { $first } says; what { $second } says is not shown anywhere.
finding-catalog-duplicate-entity-fix = If both describe one thing, delete one of the two files. If they are two things, give the second a name of its own:
finding-catalog-duplicate-entity-example =
    # { $second }
    metadata:
      name: another-name

finding-catalog-unknown-owner-name = Unknown owner
finding-catalog-unknown-owner-title = The owner { $owner } is not in the directory
finding-catalog-unknown-owner-why = { $source } names { $owner } as the owner of { $entity }, but no team and no person of that name is known. Questions, reviews and alarms about it reach nobody.
finding-catalog-unknown-owner-fix = If the name is mistyped or the team was renamed, write the one of today, in CODEOWNERS or as spec.owner. If the team is missing from the directory, describe it:
finding-catalog-unknown-owner-example =
    apiVersion: backstage.io/v1alpha1
    kind: Group
    metadata:
      name: { $name }
    spec:
      type: team
      children: []

finding-catalog-ambiguous-owner-name = Unclear owner
finding-catalog-ambiguous-owner-title = It is not clear who owns { $entity }
finding-catalog-ambiguous-owner-why = Nobody wrote down an owner, and the commits of the last months come from several teams: { $candidates }. The owner shown is only the one with most commits.
finding-catalog-ambiguous-owner-fix = Let the teams agree, then confirm the owner on the page of { $entity }, or add this line to CODEOWNERS:
finding-catalog-ambiguous-owner-example =
    # CODEOWNERS
    {"*"} @{ $best }

finding-catalog-orphan-name = Orphan
finding-catalog-orphan-title = Nobody looks after { $entity } any more
finding-catalog-orphan-why = The last commit is of { $last_at }, and none of those who worked on it ({ $committers }) is in the directory today. When it breaks, nobody is called.
finding-catalog-orphan-fix = Find a team that uses it, and let that team take it over by one line in CODEOWNERS. If nobody does, archive the repository.
finding-catalog-orphan-example =
    # CODEOWNERS
    {"*"} @team-that-takes-over

finding-catalog-contradicts-confirmation-name = Contradicts an answer
finding-catalog-contradicts-confirmation-title = The file and { $person } say different things of { $field }
finding-catalog-contradicts-confirmation-why = The description says { $described }; { $person } confirmed { $confirmed } in the portal. The file counts, so the answer is not shown.
finding-catalog-contradicts-confirmation-fix = Ask { $person } which is right. If the answer is, change the file:
finding-catalog-contradicts-confirmation-example =
    # catalog-info.yaml
    { $field }: { $confirmed }

finding-catalog-dangling-relation-name = Relation to nowhere
finding-catalog-dangling-relation-title = { $entity } refers to { $target }, which nobody knows
finding-catalog-dangling-relation-why = The relation { $relation } leads to an entity that is in no repository homeport reads. Graphs end there, and its changes warn nobody.
finding-catalog-dangling-relation-fix = If the name is mistyped, correct it in the description of { $entity }. If the target exists, let homeport read its repository, or describe it:
finding-catalog-dangling-relation-example =
    apiVersion: backstage.io/v1alpha1
    kind: Resource
    metadata:
      name: { $target }
    spec:
      type: database
      owner: team-order

finding-catalog-unreadable-repository-name = Unreadable repository
finding-catalog-unreadable-repository-title = { $repository } could not be read
finding-catalog-unreadable-repository-why = Git said: { $reason } What was known of the repository before stays in the catalog, but grows old.
finding-catalog-unreadable-repository-fix = See whether the folder is there, is a Git repository and can be read by the account that homeport runs as. Then retry the run.
finding-catalog-unreadable-repository-example =
    git -C { $repository } fsck

finding-catalog-unreadable-source-name = Unreadable source
finding-catalog-unreadable-source-title = { $file } could not be read
finding-catalog-unreadable-source-why = The last try ended with: { $reason } What it described before stays in the catalog, marked as stale, and grows older.
finding-catalog-unreadable-source-fix = See whether it is there and may be read by the account that homeport runs as, or with the token of its host. Then have it read again: the button is on the page of each of its entities and in the list of locations. If it is gone for good, take it out of the Location or the settings that name it.
finding-catalog-unreadable-source-example =
    homeport catalog refresh

finding-catalog-unknown-kind-name = Unknown kind
finding-catalog-unknown-kind-title = { $file } describes a { $kind }, a kind that the catalog does not take
finding-catalog-unknown-kind-why = { $entity } is left out of the catalog: only the kinds that everybody knows are let in, so that a mistyped kind does not pass for a new one.
finding-catalog-unknown-kind-fix = If the kind is mistyped, correct it in { $file }; the kinds are Component, API, Resource, System, Domain, Group, User, Template, Location and AiResource. If it is a kind of your own, let it in:
finding-catalog-unknown-kind-example =
    # homeport.yaml
    catalog:
      other_kinds: [{ $kind }]

finding-catalog-owner-without-members-name = Owner without members
finding-catalog-owner-without-members-title = { $entity } owns things, but nobody belongs to it
finding-catalog-owner-without-members-why = No person is a member of { $entity } or of a team below it. Questions, reviews and alarms about what it owns reach nobody.
finding-catalog-owner-without-members-fix = Name the members in the description of the team, or the team in the descriptions of its people. If the team is gone, give what it owns to another.
finding-catalog-owner-without-members-example =
    kind: User
    spec:
      memberOf: [{ $entity }]

## What the catalog's runs are called

procedure-catalog-discover = Reading a location
step-catalog-discover-find = Find repositories
step-catalog-discover-read = Read descriptors
step-catalog-discover-publish = Publish to the catalog
