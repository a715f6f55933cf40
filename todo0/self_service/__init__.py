"""An enterprise's own admin sets up her connection here, by a link that works once, and sees nothing else."""
