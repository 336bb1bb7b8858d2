"""The core: a Table Schema compiled to the rules that everything else derives from. Imports nothing of ours."""
