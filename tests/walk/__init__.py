"""A walk over the whole URL map of a party, as everybody: what one has, another neither reads nor changes."""
