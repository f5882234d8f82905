"""The five steps, one file each: ``measure`` fills the register, ``slides`` shows what it found."""
