-- Deposits a new avis at each request. Arguments: the key of each bouton to spread over, in turn.
local hex = {}
for i = 0, 255 do hex[i] = string.format("%02x", i) end

local seed = 0
function setup(thread)
  seed = seed + 1
  thread:set("seed", seed)
end

function init(args)
  cles = args
  math.randomseed(os.time() * 1000 + seed * 7919 + (tonumber(tostring({}):sub(8)) or 0) % 100000)
  count = 0
  status = {}
end

local function uuid()
  local b = {}
  for i = 1, 16 do b[i] = hex[math.random(0, 255)] end
  return b[1] .. b[2] .. b[3] .. b[4] .. "-" .. b[5] .. b[6] .. "-4" .. b[7]:sub(2) .. b[8] .. "-a" .. b[9]:sub(2)
    .. b[10] .. "-" .. b[11] .. b[12] .. b[13] .. b[14] .. b[15] .. b[16]
end

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

function request()
  count = count + 1
  local cle = cles[count % #cles + 1]
  local note = math.random(0, 10)
  return wrk.format(nil, nil, nil, '{"id":"' .. uuid() .. '","bouton":"' .. cle .. '","note":' .. note .. ',"langue":"fr"}')
end
