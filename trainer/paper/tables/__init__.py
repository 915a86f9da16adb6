"""The paper's Tables II to IX, beside what is measured here."""
