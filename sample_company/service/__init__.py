"""What it takes to keep customers moving: tickets, chats, self-help, feedback, work by hand and procedures.

Belongs here: who asks for help and how it is given, what users say, what people do by hand and how it is meant to be done, each with
generators of random numbers of its own, so that accounts, shoppers and the growth side keep every draw they had.
Does not belong here: how the product is built and run (`sample_company.engineering`), and the truth of all this (`sample_company.truth`).
"""
