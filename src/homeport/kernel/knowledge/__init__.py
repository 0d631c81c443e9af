"""What is known about entities: findings, changes, search."""
