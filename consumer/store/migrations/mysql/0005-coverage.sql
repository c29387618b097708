-- What share of the network a crawl found, and what it checked. NULL where the crawler was an older one.
-- Columns are added where they are not there yet, so that an interrupted migration starts over; MySQL has no shorter way.
SET @statement = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE crawl
  ADD COLUMN coverage_share DOUBLE COMMENT ''most likely share of the contactable peers that the crawl found by itself'',
  ADD COLUMN coverage_low DOUBLE COMMENT ''bounds of its 95 % interval'',
  ADD COLUMN coverage_high DOUBLE,
  ADD COLUMN coverage_mentioned INT UNSIGNED COMMENT ''contactable peers that the sample mentioned'',
  ADD COLUMN coverage_found INT UNSIGNED COMMENT ''those that the crawl had found before'',
  ADD COLUMN coverage_sampled INT UNSIGNED COMMENT ''peers that were asked one more question'',
  ADD COLUMN coverage_questions INT UNSIGNED COMMENT ''those that answered'',
  ADD COLUMN coverage_gap VARCHAR(32) COMMENT ''why the coverage is not known'',
  ADD COLUMN third_question TINYINT UNSIGNED COMMENT ''1 where each peer was asked for a second bucket'',
  ADD COLUMN confirmations INT UNSIGNED COMMENT ''visits that checked a failure'',
  ADD COLUMN confirmations_left_out INT UNSIGNED COMMENT ''peers whose failure was not checked as often as intended'',
  ADD COLUMN gone_peers INT UNSIGNED COMMENT ''peers of earlier crawls that were visited and are not part of the totals''', 'DO 0')
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'crawl' AND COLUMN_NAME = 'coverage_share');
PREPARE expand FROM @statement;
EXECUTE expand;
DEALLOCATE PREPARE expand;
