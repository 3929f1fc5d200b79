"""A few exported rows of each vendor, by hand, with what is seldom: for the double where the sample company writes none of its own.

Belongs here: CSV as the vendor's contract has it. Does not belong here: what the rows land as.
"""

from __future__ import annotations

from pathlib import Path

ROWS = {
    # A ticket by phone without a schedule, one that an agent opened; a rule's comment; time spent; a change before anyone answered.
    "zendesk/tickets": """
id,created_at,updated_at,status,via_channel,organization_id,requester_id,submitter_id,schedule_id,tags,auto_category,category,subject
101,2024-03-04T14:00:00Z,2024-03-05T09:00:00Z,solved,email,11,21,21,31,"bug,release:v1",bug,bug,It breaks
102,2024-03-06T15:00:00Z,2024-03-06T15:00:00Z,new,phone,,22,23,,,,,
""",
    "zendesk/ticket_events": """
id,ticket_id,created_at,author_id,event_type,public,via,field_name,value
9001,101,2024-03-04T14:00:00Z,21,Comment,true,user,,
9002,101,2024-03-04T14:00:00Z,21,Change,,user,status,new
9003,101,2024-03-04T14:00:00Z,-1,Change,,rule,group_id,41
9004,101,2024-03-04T14:00:00Z,-1,Change,,rule,schedule_id,31
9005,101,2024-03-04T14:00:01Z,-1,Comment,true,rule,,
9006,101,2024-03-04T14:20:00Z,23,Comment,false,user,,
9007,101,2024-03-05T09:00:00Z,23,TimeSpent,,user,,540
9008,101,2024-03-05T09:00:00Z,23,Change,,user,status,solved
9009,101,2024-03-05T09:00:00Z,24,Comment,true,bot,,
9010,102,2024-03-06T15:00:00Z,23,Comment,true,api,,
""",
    "zendesk/organizations": """
id,name,external_id,domain_names,created_at,updated_at
11,Acme,cus_000001,"acme.example,acme.test",2024-01-01T00:00:00Z,2024-02-01T00:00:00Z
12,Nobody,,,2024-01-01T00:00:00Z,2024-02-01T00:00:00Z
""",
    "zendesk/users": """
id,role,email,organization_id,created_at,updated_at
21,end-user,ann@acme.example,11,2024-01-01T00:00:00Z,2024-02-01T00:00:00Z
23,agent,desk@sample.example,,2024-01-01T00:00:00Z,2024-02-01T00:00:00Z
""",
    "zendesk/groups": "\nid,name,updated_at\n41,Tier 1 Support,2024-01-01T00:00:00Z\n",
    "zendesk/satisfaction_ratings": """
id,ticket_id,score,created_at,updated_at
51,101,good,2024-03-05T10:00:00Z,2024-03-05T10:00:00Z
""",
    "intercom/companies": """
id,company_id,name,created_at,updated_at
c1,cus_000001,Acme,2024-01-01T00:00:00Z,2024-02-01T00:00:00Z
c2,,Nobody,2024-01-01T00:00:00Z,2024-02-01T00:00:00Z
""",
    "intercom/contacts": """
id,external_id,email,role,company_id,created_at,updated_at
p1,u1,ann@acme.example,user,c1,2024-01-01T00:00:00Z,2024-02-01T00:00:00Z
p2,,,lead,,2024-01-01T00:00:00Z,2024-02-01T00:00:00Z
""",
    "intercom/conversations": """
id,created_at,updated_at,state,source_type,contact_id,company_id,team_assignee_id,rating,rated_at,tags
201,2024-03-01T10:00:00Z,2024-03-02T10:00:00Z,closed,conversation,p1,c1,71,5,2024-03-02T11:00:00Z,"bug,billing"
202,2024-03-03T10:00:00Z,2024-03-03T10:00:00Z,open,email,p2,,,,,
""",
    # A commit without a pull request, a pull request that was not merged and has no author, a label with a colon.
    "github/pull_requests": """
number,user,created_at,updated_at,closed_at,merged_at,additions,deletions,changed_files,labels
7,dev-1,2024-01-02T00:00:00Z,2024-01-03T00:00:00Z,2024-01-03T00:00:00Z,2024-01-03T00:00:00Z,10,2,3,"area:billing,team:core"
8,,2024-01-04T00:00:00Z,2024-01-05T00:00:00Z,2024-01-05T00:00:00Z,,0,0,0,
""",
    "github/commits": "\nsha,pull_number,authored_at\naa11,7,2024-01-02T01:00:00Z\nbb22,,2024-01-06T01:00:00Z\n",
    "github/releases": "\nid,tag_name,prerelease,published_at\n301,v1,false,2024-01-09T15:00:00Z\n302,v2,true,2024-01-16T15:00:00Z\n",
    "github/deployments": """
id,ref,environment,creator_type,created_at
401,v1,production,Bot,2024-01-09T15:10:00Z
402,v2,staging,User,2024-01-16T13:00:00Z
""",
    "github/deployment_statuses": """
id,deployment_id,state,created_at
501,401,queued,2024-01-09T15:10:01Z
502,401,success,2024-01-09T15:20:00Z
503,402,failure,2024-01-16T13:05:00Z
""",
    "github/issues": """
number,created_at,updated_at,closed_at,labels
9,2024-01-02T00:00:00Z,2024-01-03T00:00:00Z,2024-01-03T00:00:00Z,"bug,unplanned,release:v1"
10,2024-01-02T00:00:00Z,2024-01-03T00:00:00Z,,
""",
    "flags/flags": """
key,kind,workflow,core,experiment_id,release_tag,owner,created_at,rolled_out_at,archived_at,last_evaluated_at,updated_at
old,release,checkout,true,,v1,ada,2024-01-01T00:00:00Z,2024-01-09T00:00:00Z,2024-02-01T00:00:00Z,2024-01-31T00:00:00Z,2024-02-01T00:00:00Z
new,experiment,,false,EXP-1,,,2024-01-01T00:00:00Z,,,,2024-01-01T00:00:00Z
""",
    # One incident still open, taken on; one whose deployment is known; more than six months apart.
    "pagerduty/incidents": """
id,service,severity,deployment_id,release_tag,runbook,created_at,acknowledged_at,resolved_at,updated_at
P1,api,sev1,401,v1,runbooks/api,2023-08-01T00:00:00Z,2023-08-01T00:05:00Z,2023-08-01T01:00:00Z,2023-08-01T01:00:00Z
P2,search,sev3,,,,2024-05-01T00:00:00Z,2024-05-01T00:05:00Z,,2024-05-01T00:05:00Z
P3,search,sev2,,,,2024-05-02T00:00:00Z,,,2024-05-02T00:00:00Z
""",
}  # fmt: skip


def write_by_hand(inbox: Path) -> None:
    """Add the files of every vendor of which the inbox has none."""
    absent = {source for source in {name.split("/")[0] for name in ROWS} if not (inbox / source).is_dir()}
    for name, text in ROWS.items():
        source, table = name.split("/")
        if source in absent:
            folder = inbox / source / table
            folder.mkdir(parents=True)
            (folder / f"{table}.csv").write_text(text.lstrip("\n"), encoding="utf-8")
