# What programs written for jq 1.7 use and jaq lacks.
def toarray: if isarray then . else [.] end;
def ascii: if isnumber and . >= 0 and . <= 127 then [.] | implode else error("ascii: only 0 to 127 have a character") end;
def IN(s): any(s == .; .);
def IN(src; s): any(src == s; .);
def INDEX(stream; f): reduce stream as $row ({}; . + {($row | f | tostring): $row});
def INDEX(f): INDEX(.[]; f);

# Deletes as jq does: all paths as they were before the first was deleted, and the order of the other keys is kept.
def delpaths($paths):
  def without($path):
    if $path == [] then null
    elif . == null then null
    elif ($path | length) > 1 then
      $path[0] as $key | if .[$key] == null then . else .[$key] |= without($path[1:]) end
    elif isobject and ($path[0] | isstring) then with_entries(select(.key != $path[0]))
    else .[$path[0]] |= empty end;
  reduce ($paths | sort | reverse[]) as $path (.; without($path));
def del(f): [path(f)] as $paths | delpaths($paths);
