-- What share of the network a crawl found, and what it checked. NULL where the crawler was an older one.
ALTER TABLE crawl ADD COLUMN coverage_share REAL;               -- most likely share of the contactable peers that the crawl found by itself
ALTER TABLE crawl ADD COLUMN coverage_low REAL;                 -- bounds of its 95 % interval
ALTER TABLE crawl ADD COLUMN coverage_high REAL;
ALTER TABLE crawl ADD COLUMN coverage_mentioned INTEGER;        -- contactable peers that the sample mentioned
ALTER TABLE crawl ADD COLUMN coverage_found INTEGER;            -- those that the crawl had found before
ALTER TABLE crawl ADD COLUMN coverage_sampled INTEGER;          -- peers that were asked one more question
ALTER TABLE crawl ADD COLUMN coverage_questions INTEGER;        -- those that answered
ALTER TABLE crawl ADD COLUMN coverage_gap TEXT;                 -- why the coverage is not known
ALTER TABLE crawl ADD COLUMN third_question INTEGER;            -- 1 where each peer was asked for a second bucket
ALTER TABLE crawl ADD COLUMN confirmations INTEGER;             -- visits that checked a failure
ALTER TABLE crawl ADD COLUMN confirmations_left_out INTEGER;    -- peers whose failure was not checked as often as intended
ALTER TABLE crawl ADD COLUMN gone_peers INTEGER;                -- peers of earlier crawls that were visited and are not part of the totals
