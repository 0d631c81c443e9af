"""The shell of the portal: what every module plugs its pages into."""
