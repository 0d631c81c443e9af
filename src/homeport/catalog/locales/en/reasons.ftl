### Why something could not be read or taken in. These are the words that the code says, so that whoever reads another
### language is told in that one: what a message matches is said by the message of the same key there.

catalog-reason = { $reason }

## Files
catalog-reason-no-folder = { $root } is no folder; correct the target { $target } in catalog.locations
catalog-reason-target-missing = { $file } does not exist; correct the target in catalog.locations
catalog-reason-target-folder = { $file } is a folder; write { $pattern } in catalog.locations
catalog-reason-missing = { $file } does not exist
catalog-reason-not-opened = { $file } could not be opened: { $said }
catalog-reason-not-read = { $file } could not be read: { $said }
catalog-reason-too-large = { $file } has { $size } bytes; files over { $most } bytes are not read
catalog-reason-growing = { $file } is growing; files over { $most } bytes are not read
catalog-reason-outside = leads out of { $root }, the root of this location
catalog-reason-no-file = leads to something that is no file
catalog-reason-no-path = is no path
catalog-reason-up-again = goes up again after a wildcard
catalog-reason-address = is an address; a file leads to files, and to http and https addresses
catalog-reason-alternatives = has more alternatives in braces than can be meant
catalog-reason-no-match = matches no file
catalog-reason-not-allowed = { $target } lies in no folder whose files may be registered. In homeport.yaml, { $setting } allows it, or name it in catalog.locations
catalog-reason-gone = { $path } is no longer there

## Locations that hold nothing
catalog-reason-no-repository = No Git repository was found below { $target }. Name a folder that holds Git repositories
catalog-reason-no-git = Nothing was found in { $target }. Name the URL of a Git repository
catalog-reason-no-files = No file matches { $target }. Name a file, or a pattern such as { $example }
catalog-reason-no-entities = { $target } has no entities. Name the address of a Backstage that has entities
catalog-reason-is-not-there = { $target } is not there. Name a folder that holds Git repositories
catalog-reason-is-a-file = { $target } is a file. Name a folder that holds Git repositories

## Addresses
catalog-reason-private = { $host } is no public address but { $kind }. If homeport should call it, say so in homeport.yaml: { $setting }
catalog-reason-resolves = { $host } resolves to { $address }, which is no public address but { $kind }. If homeport should call it, say so in homeport.yaml: { $setting }
catalog-reason-other-host = { $url } lies on another host, which homeport.yaml does not name. If homeport should call it, say so in homeport.yaml: { $setting }
catalog-reason-no-url = The address is no URL; write it as { $example }
catalog-reason-not-called = { $url } is not called: only http and https addresses are
catalog-reason-password = { $url } carries a password; put credentials into homeport.yaml (forges)
catalog-reason-not-http = { $url } can't be read: only http and https addresses without a user are
catalog-reason-glob = { $url } has a glob, which only links into GitHub and GitLab may have
catalog-reason-leaves-repository = { $target } leads out of the repository { $repository }; give the whole address
catalog-reason-unknown-host = The host { $host } can't be found; is it spelled right?
catalog-reason-late = { $url } did not answer within { $seconds } s (outbound.time_limit_s)
catalog-reason-unreachable = { $url } can't be reached: { $said }
catalog-reason-status-token = { $url } answers with status { $status }; is it there? If so, a private repository needs the token of { $host } (forges.NAME.token)
catalog-reason-status-rate = { $url } answers with status { $status }; is it there? If so, may the token of { $host } (forges) read it, is its rate used up?
catalog-reason-status = { $url } answers with status { $status }; see whether it can be opened
catalog-reason-backstage = The Backstage could not be read. { $reason }
catalog-reason-not-fetched = { $url } is not fetched: only file, https and ssh addresses are
catalog-reason-fetch = { $url } could not be fetched: { $said }. { $reason }
catalog-reason-advice-token = Is the address right, and may the token of its host (forges.NAME.token) read it?
catalog-reason-advice-remote = Try `git ls-remote` with it

## Documents
catalog-reason-bytes = { $size } bytes; files over { $most } bytes are not read
catalog-reason-values = more than { $most } values
catalog-reason-deep = nested more than { $most } levels deep
catalog-reason-rest = the rest is not read: a file may hold { $most }
catalog-reason-twice = the key { $name } stands twice in one mapping
catalog-reason-alias-unknown = the alias *{ $alias } names nothing before it
catalog-reason-alias-inside = the alias *{ $alias } stands inside of what it names
catalog-reason-aliases = too many values, aliases counted as often as they are used
catalog-reason-key = a key is a list or mapping; keys must be text
catalog-reason-nul = holds a NUL character, so it is no text
catalog-reason-no-text = holds NUL bytes and bytes that are not UTF-8, so it is no text
catalog-reason-not-utf-8 = holds bytes that are not UTF-8; they are read as �

## Placeholders
catalog-reason-to-no-file = leads to no file
catalog-reason-to-many = leads to { $count } files instead of one
catalog-reason-no-json = leads to a file that is no JSON: { $reason }, line { $line }
catalog-reason-unreadable-file = leads to a file that can't be read: { $reason }, line { $line }
catalog-reason-names-no-file = names no file: it must be a path or an address

## Entities
catalog-reason-field-wrong = { $field } is { $value }, but must be { $reason }
catalog-reason-field-missing = { $field } is missing
catalog-reason-field-served = { $field } is worked out by the catalog and can't be stated; leave it out
catalog-reason-field-unknown = { $field } is no field of an entity: allowed are apiVersion, kind, metadata and spec
catalog-wanted-name = 1 to 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit
catalog-wanted-namespace = 1 to 63 small letters, digits and '-', beginning and ending with a letter or digit
catalog-wanted-kind = 1 to 63 letters and digits, beginning with a letter
catalog-wanted-reference = a reference: name, namespace/name, kind:name or kind:namespace/name
catalog-wanted-object = an object
catalog-wanted-list = a list
catalog-wanted-text = text (in quotes, where it would be read as a number, true, false or null)
catalog-wanted-filled = text that is not empty
