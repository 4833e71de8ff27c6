# What the operator gave you:
#   SYNC_API      https://abc123.execute-api.us-east-1.amazonaws.com/v1
#   SYNC_SIGN_IN  https://registration-sync-0a1b2c.auth.us-east-1.amazoncognito.com
#   SYNC_ID, SYNC_SECRET, and the id of a connection, here north-powerschool

# 1. Get a token. It is valid for an hour: keep it, and get the next one before it ends.
TOKEN=$(curl -sS -f -u "$SYNC_ID:$SYNC_SECRET" -d grant_type=client_credentials \
    "$SYNC_SIGN_IN/oauth2/token" | sed 's/.*"access_token": *"\([^"]*\)".*/\1/')

# 2. Sync a student.
curl -sS -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \
    "$SYNC_API/connections/${CONNECTION:=north-powerschool}/registrations" --data-binary '{
  "as_of": "2026-03-02T10:05:00-06:00",
  "registrations": [{
    "registration_id": "r-48211",
    "student_id": "test-1",
    "school_year": 2025,
    "status": "Registration Approved",
    "data": {"students": {"id": "test-1", "fname": "Ana", "lname": "Ng", "grade": "K"}}
  }]
}'

# 3. Read the receipt: the student is due, and the next export includes the student.
curl -sS -H "Authorization: Bearer $TOKEN" \
    "$SYNC_API/connections/$CONNECTION/registrations/2025/test-1"
