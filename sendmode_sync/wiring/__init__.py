"""The only place where real parts are chosen and joined; every heavy part is imported where it is used."""
