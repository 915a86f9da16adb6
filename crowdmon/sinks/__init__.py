"""What writes readings down, and meets disks that are full or gone."""
